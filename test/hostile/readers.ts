// What reads files, and well-formed files for each to begin with. A reader gives what it read or throws; what it may throw is for
// `attack.ts` to judge.
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { inputFromJson } from "../../src/cli/read-input.ts";
import { generate } from "../../src/codegen/index.ts";
import { planGraph } from "../../src/compile/plan-graph.ts";
import { decodeSafetensors, encodeSafetensors, safetensorsMetadata } from "../../src/formats/safetensors.ts";
import { compileSync } from "../../src/index.ts";
import { verifyGraph } from "../../src/ir/graph/verify.ts";
import type { Port } from "../../src/ir/loop/kernel.ts";
import { toDot } from "../../src/ir/text/dot.ts";
import { parseGraph } from "../../src/ir/text/parse.ts";
import { printGraph } from "../../src/ir/text/print.ts";
import { graphs } from "../../src/testing/arbitraries/graph.ts";
import { decodeCheckpoint, encodeCheckpoint, sealed } from "../../src/training/checkpoint-bytes.ts";
import { safetensorsBytes } from "../support/safetensors-bytes.ts";
import { perceptronTraining } from "../support/small-models.ts";
import { type Below, mutatedBytes, mutatedText } from "./mutate.ts";
import type { ReaderName } from "./reader-names.ts";

/** A reader under attack. */
export interface Reader {
  /** A hostile input. */
  readonly draw: (below: Below) => string | Uint8Array;
  /** Reads it; throws `WeftError`, and nothing else, where it is not well formed. */
  readonly read: (input: string | Uint8Array) => void;
}

const folder = new URL("../files/", import.meta.url);

/** Graphs as text: the inputs of the filetests, and random ones. */
const texts = (): readonly string[] => {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".weft"))
    .map((name) => readFileSync(new URL(name, folder), "utf8").split("// expect:")[0] ?? "");
  const drawn = fc.sample(graphs({ maxSteps: 4, maxElements: 64 }), { numRuns: 80, seed: 6 });
  return [...files, ...drawn.map(({ graph }) => printGraph(graph))];
};

const textOf = (input: string | Uint8Array): string =>
  typeof input === "string" ? input : new TextDecoder().decode(input);

const bytesOf = (input: string | Uint8Array): Uint8Array =>
  typeof input === "string" ? new TextEncoder().encode(input) : input;

const drawText = (seeds: readonly string[]): Reader["draw"] => {
  return (below) => mutatedText(seeds[below(seeds.length)] ?? "", seeds, below);
};

const readText: Reader["read"] = (input) => {
  const graph = parseGraph(textOf(input), { file: "hostile.weft" });
  const problems = verifyGraph(graph);
  if (problems.length > 0) throw new Error(`a graph was read that is not valid: ${JSON.stringify(problems[0])}`);
  const printed = printGraph(graph);
  if (printGraph(parseGraph(printed)) !== printed) throw new Error("what was printed reads as something else");
  toDot(graph);
};

/** What was read goes through the whole compiler, symbols bound to small numbers. */
const compileText: Reader["read"] = (input) => {
  const graph = parseGraph(textOf(input), { file: "hostile.weft" });
  planGraph(graph, { dims: { B: 2, T: 3, S: 4, H: 5, N: 2, batch: 2 } });
};

const stored = {
  "hidden.weights": { dtype: "f32", shape: [3, 2], data: Float32Array.from([1, 2, 3, 4, 5, 6]) },
  bias: { dtype: "f64", shape: [2], data: Float64Array.of(1, -2) },
  count: { dtype: "i32", shape: [], data: Int32Array.of(7) },
  mask: { dtype: "bool", shape: [4], data: Uint8Array.of(0, 1, 1, 0) },
  empty: { dtype: "u8", shape: [0, 5], data: new Uint8Array(0) },
} as const;

const headerOf = (bytes: Uint8Array): readonly [header: string, data: Uint8Array] => {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return [new TextDecoder().decode(bytes.subarray(8, 8 + length)), bytes.subarray(8 + length)];
};

const tensorFiles = (): readonly Uint8Array[] => [
  encodeSafetensors(stored, { made: "by hand", note: "\u2028" }),
  encodeSafetensors({}),
  encodeSafetensors({ bias: stored.bias }),
];

/** Files whose bytes, or whose headers alone, are mutants. */
const drawFile = (files: readonly Uint8Array[]): Reader["draw"] => {
  const headers = files.map((bytes) => headerOf(bytes)[0]);
  return (below) => {
    const chosen = files[below(files.length)] ?? new Uint8Array();
    if (below(3) === 0) return mutatedBytes(chosen, files, below);
    const [header, data] = headerOf(chosen);
    return safetensorsBytes(mutatedText(header, headers, below), data);
  };
};

const checkpointFiles = (): readonly Uint8Array[] => {
  const { bias, "hidden.weights": weights } = stored;
  const record = { step: 1, epoch: 0, loss: Number.NaN };
  const state = { step: 4, epoch: 1, position: 2, parameters: { bias, weights }, steps: [], epochs: [] };
  return [
    encodeCheckpoint({ ...state, best: undefined }, { program: "graph @g() {}", batch: "8" }),
    // Records of the same names, whatever they are called.
    encodeCheckpoint({ ...state, best: { bias }, steps: [record, record] as never[] }, { batch: "8" }),
  ];
};

/** Checkpoints whose texts are mutants under a checksum that is right: damage alone never gets past it. */
const drawCheckpoint = (files: readonly Uint8Array[]): Reader["draw"] => {
  const all = files.map((bytes) => ({ tensors: decodeSafetensors(bytes), metadata: safetensorsMetadata(bytes) }));
  const values = all.flatMap(({ metadata }) => Object.values(metadata));
  const damaged = drawFile(files);
  return (below) => {
    if (below(4) === 0) return damaged(below);
    const { tensors, metadata } = all[below(all.length)] ?? { tensors: {}, metadata: {} };
    const names = Object.keys(metadata).filter((name) => name !== "checksum");
    const name = names[below(names.length)] ?? "";
    const changed = { ...metadata, [name]: mutatedText(metadata[name] ?? "", values, below) };
    return encodeSafetensors(tensors, sealed(tensors, changed));
  };
};

const port: Port = { name: "x", buffer: "x", type: { dtype: "f32", shape: [2, 3] } };

const lists = ["[[1, 2.5, -3e2], [0, 1, 2]]", "[1, 2, 3, 4, 5, 6]", '{"x": [1, 2]}', '[[true, null], "text"]'];

/** The reader that emitted modules carry, of a module that was emitted just now. */
const emittedReader = async (): Promise<Reader> => {
  const model = compileSync(perceptronTraining, { dims: { B: 4 } });
  const written = new Map(
    generate(model, { name: "model", format: "js" }).map(({ name, contents }) => [name, contents]),
  );
  const [text, weights] = [written.get("model.mjs"), written.get("model.safetensors")];
  if (typeof text !== "string" || !(weights instanceof Uint8Array)) throw new Error("a module and its weights");
  const module: unknown = await import(`data:text/javascript;base64,${Buffer.from(text).toString("base64")}`);
  // What every emitted module exports.
  const { create } = module as { create: () => { parameters: { restore: (file: Uint8Array) => void } } };
  const { parameters } = create();
  return { draw: drawFile([weights]), read: (input) => parameters.restore(bytesOf(input)) };
};

/** Every reader by name. */
export const readers: { readonly [N in ReaderName]: () => Reader | Promise<Reader> } = {
  text: (): Reader => ({ draw: drawText(texts()), read: readText }),
  compile: (): Reader => ({ draw: drawText(texts()), read: compileText }),
  safetensors: (): Reader => ({
    draw: drawFile(tensorFiles()),
    read: (input) => {
      const tensors = decodeSafetensors(bytesOf(input));
      safetensorsMetadata(bytesOf(input));
      // What was read can be written, and reads the same.
      const again = decodeSafetensors(encodeSafetensors(tensors));
      if (JSON.stringify(Object.keys(again).toSorted()) !== JSON.stringify(Object.keys(tensors).toSorted()))
        throw new Error("tensors were lost");
    },
  }),
  checkpoint: (): Reader => ({
    draw: drawCheckpoint(checkpointFiles()),
    read: (input) => void decodeCheckpoint(bytesOf(input), "hostile.safetensors"),
  }),
  json: (): Reader => ({
    draw: drawText(lists),
    read: (input) => {
      const data = inputFromJson(textOf(input), "hostile.json", port);
      if (data.length !== 6) throw new Error(`${data.length} elements were read for ${port.name}`);
    },
  }),
  weights: emittedReader,
};
