// `weft run`: one entry point, run once, on values from files or from a seed.
import type { NDArray } from "../../backends/runtime/host-array.ts";
import { type BackendName, backendNames } from "../../compile/compile-graph.ts";
import { saveSafetensors } from "../../formats/safetensors-file.ts";
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { counted, printValue } from "../../ir/diagnostics/table.ts";
import { indexFacts } from "../../ir/graph/index-ranges.ts";
import type { EntryPoint } from "../../ir/loop/kernel.ts";
import type { DataArray } from "../../ir/types/dtype.ts";
import { printType } from "../../ir/types/tensor-type.ts";
import { seedAt } from "../../testing/kit/random-case.ts";
import { type AnyCommand, defineCommand } from "../command.ts";
import { compileLoaded } from "../compile-loaded.ts";
import { entryOf, fillParameters } from "../entry-values.ts";
import { loadModel } from "../load-model.ts";
import { modelOptions, parseCount, parseDims, parseProgramOptions, programOptions, weightsOption } from "../options.ts";
import { randomValues } from "../random-values.ts";
import { readInput } from "../read-input.ts";

/** How many elements of a result are shown. */
const shown = 8;

/** `--input name=FILE` as names and files. */
const parseInputs = (texts: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at <= 0 || at === text.length - 1) reject("W605", { option: "--input", given: text, wanted: "name=FILE" });
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );

interface Sources {
  readonly files: ReadonlyMap<string, string>;
  readonly seed: number | undefined;
  readonly ranges: ReadonlyMap<string, number>;
}

/** The values of all inputs of an entry point: from files, the others from the seed. */
const feedsOf = async (entry: EntryPoint, { files, seed, ranges }: Sources): Promise<Record<string, DataArray>> => {
  const known = entry.inputs.map(({ name }) => name);
  for (const name of files.keys()) if (!known.includes(name)) reject("W302", { name, entry: entry.name, known });
  const missing = entry.inputs.filter(({ name }) => !files.has(name));
  if (missing.length > 0 && seed === undefined)
    reject("W622", { entry: entry.name, missing: missing.map(({ name, type }) => ({ name, what: printType(type) })) });
  const feeds = entry.inputs.map(async (port, position): Promise<readonly [string, DataArray]> => {
    const file = files.get(port.name);
    const range = ranges.get(port.name);
    const values =
      file === undefined
        ? randomValues(port, seedAt(seed ?? 0, position), "normal", range)
        : await readInput(file, port);
    return [port.name, values];
  });
  return Object.fromEntries(await Promise.all(feeds));
};

/** The type of a result, its first elements, and the range of those that are numbers. */
const describeResult = (name: string, { dtype, shape, data }: NDArray): string => {
  const print = dtype === "bool" ? (value: number): string => String(value !== 0) : printValue;
  const first = Array.from(data.subarray(0, shown), print).join(" ");
  const numbers = Array.from(data).filter((value) => !Number.isNaN(value));
  const lines = [`${name}: ${printType({ dtype, shape })}`, `  ${first}${data.length > shown ? " ..." : ""}`];
  if (data.length > 1 && numbers.length > 0 && dtype !== "bool") {
    const least = numbers.reduce((a, b) => Math.min(a, b));
    const greatest = numbers.reduce((a, b) => Math.max(a, b));
    const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
    lines.push(`  min ${printValue(least)}  max ${printValue(greatest)}  mean ${printValue(mean)}`);
  }
  if (numbers.length < data.length) lines.push(`  ${data.length - numbers.length} of ${data.length} are NaN`);
  return lines.join("\n");
};

const isBackend = (name: string): name is BackendName => backendNames.some((known) => known === name);

export const run: AnyCommand = defineCommand({
  name: "run",
  summary: "Runs an entry point once and prints its results.",
  options: {
    ...modelOptions,
    entry: { type: "string", valueHint: "NAME", description: "The entry point; predict unless given." },
    input: {
      type: "list",
      valueHint: "NAME=FILE",
      description: "Values of an input (.safetensors or .json); once for each.",
    },
    random: { type: "string", valueHint: "SEED", description: "Random values for the inputs that have no file." },
    backend: { type: "string", oneOf: backendNames, description: "What runs it; wasm unless given." },
    ...programOptions,
    weights: weightsOption,
    out: { type: "string", valueHint: "FILE.safetensors", description: "Write the results to this file too." },
  },
  examples: [
    "weft run model.ts --dims B=1 --random 1",
    "weft run model.ts --dims B=1 --input image=image.json --weights trained.safetensors",
    "weft run model.ts --entry grads --dims B=32 --random 7 --out gradients.safetensors",
  ],
  run: async (values, ui) => {
    const dims = parseDims(values.dims);
    const files = parseInputs(values.input);
    const seed = values.random === undefined ? undefined : parseCount("--random", values.random, 0, 0);
    const backend = values.backend !== undefined && isBackend(values.backend) ? values.backend : "wasm";
    const loaded = await loadModel(values.model, values.export);
    const options = { dims, backend, weights: values.weights, seed: seed ?? 0, ...parseProgramOptions(values) };
    const { graph, program, executable } = await compileLoaded(loaded, options, ui);
    const entry = entryOf(program, values.entry, ["predict"]);
    const facts = indexFacts(graph);
    const feeds = await feedsOf(entry, { files, seed, ranges: facts.ranges });
    if (loaded.model === undefined && seed !== undefined && values.weights === undefined)
      fillParameters(executable, entry, seed, facts);
    const results = executable.run(entry.name, feeds);
    ui.note(`${loaded.kind} ${loaded.name}, entry ${entry.name}, on ${executable.backend}`);
    ui.print(
      Object.entries(results)
        .map(([name, array]) => describeResult(name, array))
        .join("\n"),
    );
    if (entry.updates.length > 0) ui.note(`updates ${counted(entry.updates.length, "parameter")}`);
    if (values.out !== undefined) await saveSafetensors(values.out, results);
  },
});
