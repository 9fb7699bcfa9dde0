// W4xx: files that are read or written.
import { type CatalogueEntry, entry } from "../entry.ts";

interface FileRows {
  readonly W401: CatalogueEntry<{ file: string; why: string }>;
  readonly W402: CatalogueEntry<{ file: string; why: string }>;
  readonly W403: CatalogueEntry<{ file: string; why: string }>;
  readonly W404: CatalogueEntry<{ name: string }>;
  readonly W405: CatalogueEntry<{ name: string }>;
  readonly W406: CatalogueEntry<{ name: string; why: string }>;
  readonly W407: CatalogueEntry<{ file: string; why: string }>;
  readonly W408: CatalogueEntry<{ what: string; packages: readonly string[]; why: string }>;
  readonly W410: CatalogueEntry<{ file: string; why: string }>;
}

export const files: FileRows = {
  W401: entry({
    title: "not a safetensors file",
    message: ({ file, why }) => `${file}: this is not a whole safetensors file: ${why}`,
    help: () => "save it again, or fetch it again: it is cut off, damaged, or of another format.",
    explanation:
      "A safetensors file is a length, a JSON header and the tensors' bytes without gaps. Every size is checked before anything is read, and a file that does not add up is refused as a whole: no parameter is changed.",
    example: 'await loadSafetensors("digits.safetensors")',
  }),
  W402: entry({
    title: "a file could not be written",
    message: ({ file, why }) => `${file}: could not be written: ${why}`,
    help: () => "look at the folder, its permissions, and the space left. What was there before is untouched.",
    explanation:
      "Files are written under a temporary name, synced and renamed, so a failure never leaves half a file in the place of a whole one.",
    example: 'await saveSafetensors("out/digits.safetensors", trainer.parameters.all())',
  }),
  W403: entry({
    title: "a file could not be read",
    message: ({ file, why }) => `${file}: could not be read: ${why}`,
    help: () => "look at the path and its permissions; paths are relative to the folder you run in.",
    explanation: "The file was asked for by name and the system would not open it.",
    example: 'await loadSafetensors("out/digits.safetensors")',
  }),
  W404: entry({
    title: "a name that cannot be a file name",
    message: ({ name }) => `emit: ${JSON.stringify(name)} cannot be used as a file name`,
    help: () => 'give a name of letters, digits, dots, dashes and underscores: emit(model, { name: "digits" }).',
    explanation:
      "The emitted files are named after the model. A name with slashes or other special characters could leave the folder that was asked for.",
    example: 'await emit(model, { directory: "dist", name: "digits" })  // not name: "../digits"',
  }),
  W405: entry({
    title: "a name that a module keeps for itself",
    message: ({ name }) => `generate: an entry point cannot be called ${JSON.stringify(name)} in a standalone module`,
    help: () => "rename the entry point of the graph.",
    explanation:
      "The model that a standalone module makes has its entry points as methods, beside `parameters`; an object with a method `then` would be taken for a promise.",
    example: 'builder.finish("scorer", [{ name: "predict", outputs, updates: [] }])  // not name: "then"',
  }),
  W406: entry({
    title: "a tensor that cannot be saved",
    message: ({ name, why }) => `encodeSafetensors: tensor ${JSON.stringify(name)} cannot be saved: ${why}`,
    help: () => "give each tensor a name, a dtype, a shape, and a typed array of that dtype with as many elements.",
    explanation:
      "A file is written only if reading it gives the same tensors back, so what does not fit together is refused before anything is written.",
    example:
      'encodeSafetensors({ bias: { dtype: "f32", shape: [2], data: Float32Array.of(0, 1) } })  // not shape: [3]',
  }),
  W407: entry({
    title: "not a checkpoint",
    message: ({ file, why }) => `${file}: this is not a whole checkpoint: ${why}`,
    help: () => "fetch it again, or remove it: the checkpoint before it is then taken.",
    explanation:
      "A checkpoint is a safetensors file with the state of a run and a checksum over all of it. One that does not add up is passed over, so that a run never goes on from half a state.",
    example: 'checkpoint: checkpoints("runs/digits", { every: 100 })',
  }),
  W408: entry({
    title: "a package that is not installed",
    message: ({ what, packages, why }) => `${what}: ${packages.join(" and ")} cannot be loaded: ${why}`,
    help: ({ packages }) => `run npm install ${packages.join(" ")}`,
    explanation:
      "What few need is not installed with everything else. The drawing of reports is asked for when a run begins, so that it is missed before the training and not after it.",
    example: 'log: [htmlReport("report.html")]  // after npm install vega vega-lite',
  }),
  W410: entry({
    title: "not a saved case",
    message: ({ file, why }) => `${file}: this is not a case to run: ${why}`,
    help: () => "remove the file, or write it again: printCase gives the text of a graph with its values.",
    explanation:
      "A case that once failed is kept as a graph and, behind a line of its own, a graph of constants with an entry `feeds` and an entry `parameters`. Every input and parameter has a constant of its type there, and no extent is a symbol.",
    example:
      'graph @double(%x: f32[1]) {\n  %0 = binary %x, %x {fn = add} : f32[1]\n  entry @main(y = %0)\n}\n// values:\ngraph @values() {\n  %0 = data {id = "x"} : f32[1]\n  entry @feeds(x = %0)\n  entry @parameters()\n  contents "x" : f32 = "AACAPw=="\n}  // not a graph without values',
  }),
};
