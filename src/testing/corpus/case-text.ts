// A case as text: the graph in its text form, and behind a line `// values:` a second graph of constants, which are the arrays
// that the first is run on. So numbers are kept to the bit, and reading trusts nothing: both graphs go through the parser.
//
//   graph @random(%x: f32[2]) {
//     %0 = unary %x {fn = neg} : f32[2]
//     entry @main(y = %0)
//   }
//   // values:
//   graph @values() {
//     %0 = data {id = "f32x2-..."} : f32[2]
//     entry @feeds(x = %0)
//     entry @parameters()
//     contents "f32x2-..." : f32 = "AACAPwAAAEA="
//   }
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { definitionOf, typeOf, usedSymbols } from "../../ir/graph/analysis.ts";
import { graphBuilder } from "../../ir/graph/builder.ts";
import type { ConstantData, Entry, Graph, ValueId } from "../../ir/graph/graph.ts";
import { parseGraph } from "../../ir/text/parse.ts";
import { printGraph } from "../../ir/text/print.ts";
import { dtypes } from "../../ir/types/dtype.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import { printType, sameType } from "../../ir/types/tensor-type.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";

const separator = "// values:";

type Arrays = Readonly<Record<string, NdArray>>;

const valuesGraph = ({ feeds, parameters }: GraphCase): Graph => {
  const builder = graphBuilder();
  const entry = (name: string, arrays: Arrays): Entry => ({
    name,
    outputs: Object.entries(arrays).map(([name, { dtype, shape, data }]) => {
      const contents = dtypes[dtype].allocate(data.length);
      contents.set(data);
      return { name, value: builder.data(dtype, shape, contents) };
    }),
    updates: [],
  });
  return builder.finish("values", [entry("feeds", feeds), entry("parameters", parameters)]);
};

/**
 * A case as text, with remarks in lines of their own above it: what a corpus keeps.
 *
 * @example
 * const x = { dtype: "f32", shape: [], data: Float64Array.of(2) } as const;
 * const drawn = { graph: parseGraph("graph @g(%x: f32[]) {\n}"), feeds: { x }, parameters: {} };
 * printCase(drawn, ["kept on a Monday"]).split("\n")[0]; // "// kept on a Monday"
 */
export const printCase = (drawn: GraphCase, remarks: readonly string[] = []): string =>
  [
    ...remarks.flatMap((remark) => remark.split(/[\r\n\u2028\u2029]/)).map((line) => `// ${line}\n`),
    printGraph(drawn.graph),
    `${separator}\n`,
    printGraph(valuesGraph(drawn)),
  ].join("");

const arrayOf = (graph: Graph, value: ValueId): NdArray | undefined => {
  const node = definitionOf(graph, value);
  if (node.op !== "data") return undefined;
  // An attribute is plain text; the table is keyed by the same text, branded.
  const contents = (graph.constants as ReadonlyMap<string, ConstantData>).get(node.attrs.id);
  const { dtype, shape } = typeOf(graph, value);
  return contents && { dtype, shape: knownShape(shape), data: Float64Array.from(contents.data) };
};

type Fail = (why: string) => never;

const arraysIn = (values: Graph, name: string, fail: Fail): Arrays => {
  const entry = values.entries.find((candidate) => candidate.name === name);
  if (entry === undefined) return fail(`its values have no entry ${name}`);
  return Object.fromEntries(
    entry.outputs.map(({ name, value }) => [
      name,
      arrayOf(values, value) ?? fail(`the value of ${name} is no constant`),
    ]),
  );
};

/** Every leaf of the list has an array of its type. */
const requireFit = (graph: Graph, leaves: readonly ValueId[], arrays: Arrays, fail: Fail): void => {
  for (const value of leaves) {
    const node = definitionOf(graph, value);
    if (node.op !== "input" && node.op !== "parameter") continue;
    const { name } = node.attrs;
    const array = Object.hasOwn(arrays, name) ? arrays[name] : undefined;
    const wanted = typeOf(graph, value);
    if (array === undefined) return fail(`${name} has no value`);
    if (!sameType(array, wanted)) fail(`the value of ${name} is ${printType(array)}, and it is ${printType(wanted)}`);
  }
};

/**
 * Reads what `printCase` wrote. Throws nothing but `WeftError`, whatever the text: what the parser says of either
 * graph, or W410 where they do not go together.
 *
 * @throws W410 two graphs that are no case; W104 to W134 what the parser refuses.
 * @example
 * const drawn = { graph: parseGraph("graph @g() {\n}"), feeds: {}, parameters: {} };
 * printCase(parseCase(printCase(drawn))) === printCase(drawn); // true
 * parseCase("no case"); // throws W410
 */
export const parseCase = (text: string, file = "<text>"): GraphCase => {
  const fail: Fail = (why) => reject("W410", { file, why });
  const lines = text.split("\n");
  const at = lines.findIndex((line) => line.trim() === separator);
  if (at < 0) return fail(`it has no line "${separator}"`);
  const graph = parseGraph(lines.slice(0, at).join("\n"), { file });
  // Blank lines keep the places in messages those of the whole text.
  const values = parseGraph("\n".repeat(at + 1) + lines.slice(at + 1).join("\n"), { file });
  const [symbol] = usedSymbols(graph);
  if (symbol !== undefined) return fail(`its extent ${symbol} is no number`);
  const [feeds, parameters] = [arraysIn(values, "feeds", fail), arraysIn(values, "parameters", fail)];
  requireFit(graph, graph.inputs, feeds, fail);
  requireFit(graph, graph.parameters, parameters, fail);
  return { graph, feeds, parameters };
};
