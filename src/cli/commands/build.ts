// `weft build`: a model as a folder of files that need nothing: the module with its types and weights.
import { basename, dirname, resolve } from "node:path";
import { emit } from "../../codegen/write-module.ts";
import { printBytes, table } from "../../ir/diagnostics/table.ts";
import { type AnyCommand, defineCommand } from "../command.ts";
import { compileLoaded } from "../compile-loaded.ts";
import { loadModel } from "../load-model.ts";
import { modelOptions, parseDims, weightsOption } from "../options.ts";

export const build: AnyCommand = defineCommand({
  name: "build",
  summary: "Writes a standalone module: code, types and weights, without any dependency.",
  options: {
    ...modelOptions,
    out: { type: "string", valueHint: "DIR", description: "The folder to write to; dist unless given." },
    format: { type: "string", oneOf: ["wasm", "js"], description: "WebAssembly (the default), or plain JavaScript." },
    name: {
      type: "string",
      valueHint: "NAME",
      description: "What the files are called; the model's name unless given.",
    },
    weights: weightsOption,
  },
  examples: [
    "weft build model.ts --dims B=1 --out dist",
    "weft build model.ts --export digits --dims B=32 --weights trained.safetensors",
    "weft build graph.weft --format js --name scorer",
  ],
  run: async (values, ui) => {
    const dims = parseDims(values.dims);
    const loaded = await loadModel(values.model, values.export);
    const { executable, ...compiled } = await compileLoaded(loaded, { dims, weights: values.weights }, ui);
    const files = await emit(
      { compiled, executable },
      {
        directory: values.out ?? "dist",
        ...(values.name === undefined ? {} : { name: values.name }),
        format: values.format === "js" ? "js" : "wasm",
      },
    );
    const [first] = files;
    if (first !== undefined) ui.note(`${loaded.kind} ${loaded.name} written to ${dirname(resolve(first.file))}`);
    ui.print(
      table(
        files.map(({ file, bytes }) => [basename(file), printBytes(bytes)]),
        [1],
      ),
    );
  },
});
