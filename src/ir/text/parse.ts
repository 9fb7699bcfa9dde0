// Text as a graph: what the grammar read is built anew through the graph builder, so every node is typed by its op's own
// rule. Nothing in a text is trusted; whatever is wrong with it is a `WeftError` that points into it.
import { reject } from "../diagnostics/diagnostic.ts";
import { at } from "../diagnostics/location.ts";
import { graphBuilder } from "../graph/builder.ts";
import type { Entry, Graph, NamedValue } from "../graph/graph.ts";
import { symbolsOf } from "../types/dim.ts";
import { limits } from "../types/limits.ts";
import { printType, sameType } from "../types/tensor-type.ts";
import { readType } from "./attributes.ts";
import { buildFunction, buildInput, buildNode, lookUp, type Reading } from "./build-node.ts";
import { contentsTable } from "./contents.ts";
import { buildFunctions, withinLimits } from "./functions.ts";
import { readGraph } from "./grammar.ts";
import type { BindingSyntax, EntrySyntax, GraphSyntax, Piece, TypeSyntax } from "./syntax.ts";

/** How a text is read. */
export interface ParseOptions {
  /** The name of the text in messages. */
  readonly file?: string;
  /** How many nodes it may have, those of bodies included; a million unless said otherwise, and never more. */
  readonly nodes?: number;
}

/** The symbols in the types of inputs and parameters: all others must be among them. */
const declaredSymbols = ({ inputs, nodes }: GraphSyntax): ReadonlySet<string> => {
  const types: readonly TypeSyntax[] = [
    ...inputs.map(({ type }) => type),
    ...nodes.flatMap(({ op, types }) => (op.text === "parameter" ? types : [])),
  ];
  return new Set(types.flatMap((type) => readType(type).shape.flatMap(symbolsOf)));
};

/** The names of a list, each of which may stand there once. */
const requireDistinct = (what: string, names: readonly Piece[]): void => {
  const seen = new Set<string>();
  for (const { text, location } of names) {
    if (seen.has(text)) reject("W119", { what, name: text }, { location });
    seen.add(text);
  }
};

const requireUpdate = ({ builder, parameters }: Reading, { name }: BindingSyntax, { value }: NamedValue): void => {
  const { text, location } = name;
  const parameter = parameters.get(text) ?? reject("W123", { what: "parameter", name: text }, { location });
  const [current, next] = [builder.typeOf(parameter), builder.typeOf(value)];
  if (!sameType(current, next))
    reject("W116", { parameter: text, current: printType(current), next: printType(next) }, { location });
};

const buildEntry = (reading: Reading, { name, outputs, updates }: EntrySyntax): Entry => {
  const bind = ({ name, value }: BindingSyntax): NamedValue => ({ name: name.text, value: lookUp(reading, value) });
  const names = (bindings: readonly BindingSyntax[]): readonly Piece[] => bindings.map(({ name }) => name);
  requireDistinct(`an output of ${name.text}`, names(outputs));
  requireDistinct(`an update of ${name.text}`, names(updates));
  for (const update of updates) requireUpdate(reading, update, bind(update));
  return { name: name.text, outputs: outputs.map(bind), updates: updates.map(bind) };
};

/**
 * Reads the graph that a text in the form of `printGraph` holds. Nodes get the places that the text records, and where
 * it records none their places in the text. Throws nothing but `WeftError`, whatever the text.
 *
 * @throws W104 what the grammar does not know; W105 to W119, W123, W130, W134, W276 what does not fit together; and
 * what the ops refuse.
 * @example
 * const doubled = parseGraph(`graph @g(%x: f32[2]) {
 *   %0 = binary %x, %x {fn = add} : f32[2]
 *   entry @main(y = %0)
 * }`);
 * compileGraph(doubled).executable.run("main", { x: Float32Array.of(1, 2) }); // { y: [2, 4] }
 * parseGraph("graph @g("); // throws W104
 */
export const parseGraph = (text: string, { file = "<text>", nodes = limits.nodes }: ParseOptions = {}): Graph => {
  const most = Math.min(nodes, limits.nodes);
  const syntax = readGraph(text, file, most);
  const symbols = declaredSymbols(syntax);
  const reading: Reading = {
    // A text may say the same node twice, and gets it twice: merging them is for cse.
    builder: graphBuilder({ shareEqual: false }),
    values: new Map(),
    parameters: new Map(),
    contents: contentsTable(syntax.contents),
    functions: buildFunctions(syntax.functions, most, (each, functions) => buildFunction(each, { functions, symbols })),
    symbols,
  };
  for (const input of syntax.inputs) buildInput(reading, input);
  for (const node of syntax.nodes) buildNode(reading, node);
  requireDistinct(
    "an entry",
    syntax.entries.map(({ name }) => name),
  );
  const graph = reading.builder.finish(
    syntax.name,
    syntax.entries.map((entry) => buildEntry(reading, entry)),
  );
  return withinLimits(graph, reading.functions, most, at(file, 1, 1));
};
