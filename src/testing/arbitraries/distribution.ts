// What an arbitrary of graphs really draws: shares of ops, motifs, shapes and sizes. Whoever trusts a property should know that
// what it is about came up.
import fc from "fast-check";
import { definitionOf, order } from "../../ir/graph/analysis.ts";
import { bodiesIn } from "../../ir/graph/body-graph.ts";
import type { Graph, Node } from "../../ir/graph/graph.ts";
import type { GraphCase } from "./graph-case.ts";

/** How large graphs are, in nodes. */
export interface GraphSizes {
  /** Half of them have no more. */
  readonly median: number;
  /** 95 of 100 have no more. */
  readonly most: number;
  /** The share of those with 48 nodes and more. */
  readonly large: number;
}

/** What was drawn: shares are of graphs, from 0 to 1. */
export interface Distribution {
  /** How many graphs were counted. */
  readonly graphs: number;
  /** Graphs in which each op is, in itself or in a body. */
  readonly ops: ReadonlyMap<string, number>;
  /** Graphs into which each motif was written. */
  readonly motifs: ReadonlyMap<string, number>;
  /** Graphs of which leaves were drawn from each profile. */
  readonly profiles: ReadonlyMap<string, number>;
  /** Graphs in which each element type is. */
  readonly dtypes: ReadonlyMap<string, number>;
  /** Graphs with a computed value of no axes. */
  readonly rankZero: number;
  /** Graphs with a computed value of no elements. */
  readonly empty: number;
  /** Graphs with a computed value that has an axis of one element. */
  readonly singleton: number;
  /** The share of computed values that have no elements. */
  readonly emptyValues: number;
  /** Graphs with a computed value that several nodes read. */
  readonly multiUse: number;
  /** Graphs with a node that nothing reads. */
  readonly unused: number;
  /** Graphs with parameters that change. */
  readonly updated: number;
  /** How large the graphs are. */
  readonly sizes: GraphSizes;
}

/** What is counted of one graph: its names, each once, and which of the shares it adds to. */
interface Facts {
  readonly ops: ReadonlySet<string>;
  readonly dtypes: ReadonlySet<string>;
  readonly shares: ReadonlySet<ShareName>;
  readonly size: number;
  /** How many values are computed, and how many of them have no elements. */
  readonly values: number;
  readonly emptyValues: number;
}

type ShareName = "rankZero" | "empty" | "singleton" | "multiUse" | "unused" | "updated";

const opsIn = (graph: Graph): readonly string[] =>
  [...graph.nodes.values()].flatMap((node) => [node.op, ...bodiesIn(node).flatMap(([, body]) => opsIn(body))]);

const isLeaf = ({ operands }: Node): boolean => operands.length === 0;

const factsOf = ({ graph }: GraphCase): Facts => {
  const nodes = [...graph.nodes.values()];
  const computed = nodes.filter((node) => !isLeaf(node)).flatMap(({ results }) => results);
  const shapes = computed.map(({ type }) => type.shape);
  const readers = new Map<number, number>();
  for (const { operands } of nodes)
    for (const operand of new Set(operands)) readers.set(operand, (readers.get(operand) ?? 0) + 1);
  const needed = new Set(
    graph.entries
      .flatMap(({ outputs, updates }) => [...outputs, ...updates])
      .map(({ value }) => definitionOf(graph, value).id),
  );
  const holds: Readonly<Record<ShareName, boolean>> = {
    rankZero: shapes.some((shape) => shape.length === 0),
    empty: shapes.some((shape) => shape.includes(0)),
    singleton: shapes.some((shape) => shape.includes(1)),
    multiUse: computed.some(({ id }) => (readers.get(id) ?? 0) > 1),
    unused: nodes.some(({ id, results }) => !needed.has(id) && results.every((result) => !readers.has(result.id))),
    updated: graph.entries.some(({ updates }) => updates.length > 0),
  };
  return {
    ops: new Set(opsIn(graph)),
    dtypes: new Set(nodes.flatMap(({ results }) => results.map(({ type }) => type.dtype))),
    shares: new Set((Object.keys(holds) as ShareName[]).filter((name) => holds[name])), // the keys of a record of shares
    size: order(graph).length,
    values: shapes.length,
    emptyValues: shapes.filter((shape) => shape.includes(0)).length,
  };
};

const shares = (lists: readonly Iterable<string>[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const list of lists) for (const name of new Set(list)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map(
    [...counts].toSorted(([, a], [, b]) => b - a).map(([name, count]) => [name, count / Math.max(1, lists.length)]),
  );
};

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

/**
 * What some cases are made of.
 *
 * @example
 * distributionOf([]).graphs; // 0
 */
export const distributionOf = (cases: readonly GraphCase[]): Distribution => {
  const facts = cases.map(factsOf);
  const share = (name: ShareName): number =>
    facts.filter((each) => each.shares.has(name)).length / Math.max(1, facts.length);
  const sizes = facts.map(({ size }) => size).toSorted((a, b) => a - b);
  const quantile = (q: number): number => sizes[Math.floor(q * (sizes.length - 1))] ?? 0;
  return {
    graphs: cases.length,
    ops: shares(facts.map(({ ops }) => ops)),
    motifs: shares(cases.map(({ origin }) => origin?.motifs ?? [])),
    profiles: shares(cases.map(({ origin }) => origin?.profiles ?? [])),
    dtypes: shares(facts.map(({ dtypes }) => dtypes)),
    rankZero: share("rankZero"),
    empty: share("empty"),
    singleton: share("singleton"),
    emptyValues:
      sumOf(facts.map(({ emptyValues }) => emptyValues)) / Math.max(1, sumOf(facts.map(({ values }) => values))),
    multiUse: share("multiUse"),
    unused: share("unused"),
    updated: share("updated"),
    sizes: {
      median: quantile(0.5),
      most: quantile(0.95),
      large: sizes.filter((size) => size >= 48).length / Math.max(1, sizes.length),
    },
  };
};

/**
 * Draws so many cases and counts what they are made of, for a test that an arbitrary still draws what it should.
 *
 * @example
 * const { graphs: counted, ops } = describeDistribution(graphs({ ops: ["matmul"], maxSteps: 2 }), 20);
 * counted; // 20
 * ops.has("matmul"); // true
 */
export const describeDistribution = (cases: fc.Arbitrary<GraphCase>, runs = 1000, seed = 1): Distribution =>
  distributionOf(fc.sample(cases, { numRuns: runs, seed }));
