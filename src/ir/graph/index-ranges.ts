// Which inputs and parameters are indices, and into how many rows: an i32 that reaches an indexing operand (perhaps reshaped or
// broadcast on the way, in a function or in the step of a recurrence) must stay below the extent that it indexes. Inputs are
// checked where arrays are fed, parameters, such as the position of a cache, before the entry point runs.
import { opOf } from "../ops/index.ts";
import type { Dim } from "../types/dim.ts";
import { definitionOf, reachable, typeOf, users } from "./analysis.ts";
import { bodyResults, graphOf } from "./body-graph.ts";
import { callerName, callerNames } from "./entry-inputs.ts";
import type { Entry, Graph, Node, ValueId } from "./graph.ts";

/** Ops that hand elements on as they are. */
const passesThrough: ReadonlySet<string> = new Set(["reshape", "transpose", "broadcast", "slice", "flip"]);

/** The extents that a node indexes with a value. */
const extentsIndexed = (graph: Graph, { op, operands, attrs }: Node, value: ValueId): readonly number[] => {
  const { operandRange } = opOf(op);
  if (operandRange === undefined) return [];
  const types = operands.map((operand) => typeOf(graph, operand));
  return operands
    .flatMap((operand, position): readonly Dim[] =>
      operand === value ? [operandRange(position, types, attrs) ?? []].flat() : [],
    )
    .filter((extent) => typeof extent === "number");
};

/** What a value indexes, and where its elements go. */
interface Followed {
  readonly ranges: readonly number[];
  readonly reached: ReadonlySet<ValueId>;
}

/** The body that a node runs on its operands, input by input. */
const bodyOfNode = ({ op, attrs }: Node): Graph | undefined =>
  op === "apply" || op === "call" || op === "scan" ? graphOf(attrs.body) : undefined;

/** Follows a value as far as nodes of interest read it, into functions and steps as well. */
const follow = (graph: Graph, leaf: ValueId, isRead: (node: Node) => boolean = () => true): Followed => {
  const ranges: number[] = [];
  const reached = new Set<ValueId>();
  const open = [leaf];
  const within = (node: Node, body: Graph, value: ValueId): void => {
    for (const [position, operand] of node.operands.entries()) {
      const input = body.inputs[position];
      if (operand !== value || input === undefined) continue;
      const inside = follow(body, input);
      ranges.push(...inside.ranges);
      // What a step gives back is a sequence or a state, which the step after it takes.
      if (node.op === "scan") continue;
      bodyResults(body).forEach((result, at) => {
        const handedOn = node.results[at];
        if (inside.reached.has(result) && handedOn !== undefined) open.push(handedOn.id);
      });
    }
  };
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (reached.has(value)) continue;
    reached.add(value);
    for (const node of (users(graph).get(value) ?? []).filter(isRead)) {
      const body = bodyOfNode(node);
      if (body !== undefined) within(node, body, value);
      else if (passesThrough.has(node.op)) for (const { id } of node.results) open.push(id);
      else for (const extent of extentsIndexed(graph, node, value)) ranges.push(extent);
    }
  }
  return { ranges, reached };
};

/** The ranges of leaves by name, each the smallest that holds. */
const namedRanges = (
  graph: Graph,
  leaves: readonly ValueId[],
  isRead: (node: Node) => boolean = () => true,
): ReadonlyMap<string, number> => {
  const ranges = new Map<string, number>();
  for (const value of leaves) {
    const node = definitionOf(graph, value);
    if (node.op !== "input" && node.op !== "parameter") continue;
    const name = node.op === "input" ? callerName(graph, node.attrs.name) : node.attrs.name;
    for (const extent of follow(graph, value, isRead).ranges)
      ranges.set(name, Math.min(extent, ranges.get(name) ?? Number.POSITIVE_INFINITY));
  }
  return ranges;
};

/** For each input that indexes something, the number of rows it may address. Asked of graphs with known extents. */
export const indexRanges = (graph: Graph): ReadonlyMap<string, number> => namedRanges(graph, graph.inputs);

const rangesInEntry = (graph: Graph, { outputs, updates }: Entry): ReadonlyMap<string, number> => {
  const values = [...outputs, ...updates].map(({ value }) => value);
  const read = reachable(values, (value) => definitionOf(graph, value));
  return namedRanges(graph, graph.parameters, ({ id }) => read.has(id));
};

/** What is known of the inputs and the state of a graph beyond their types. */
export interface IndexFacts {
  /** The names that callers give inputs by. */
  readonly names: readonly string[];
  /** For inputs that index something: how many rows they may address. */
  readonly ranges: ReadonlyMap<string, number>;
  /** The same for parameters, by entry point: what the entry indexes with them. */
  readonly states: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** What a runtime checks before it runs a graph with known extents. */
export const indexFacts = (graph: Graph): IndexFacts => ({
  names: callerNames(graph),
  ranges: indexRanges(graph),
  states: new Map(graph.entries.map((entry) => [entry.name, rangesInEntry(graph, entry)])),
});
