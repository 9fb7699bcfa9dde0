// What a long run has seen: counts that workers send and the run adds up.
import type { Graph } from "../../src/ir/graph/graph.ts";
import { runPasses } from "../../src/passes/manager.ts";
import { exactRules, standard } from "../../src/passes/pipelines.ts";
import type { PassTrace } from "../../src/passes/trace.ts";
import { computingOps } from "../../src/testing/arbitraries/graph.ts";

/** How often each of several things was seen, by name. */
export type Counts = Record<string, number>;

/** What was seen. */
export interface Statistics {
  graphs: number;
  nodes: number;
  /** Graphs by the ops in them, each once. */
  readonly ops: Counts;
  /** Elements that were judged by the oracle, and those of them of which its bound says little. */
  elements: number;
  saysLittle: number;
  /** Rewrite rules by how often they fired, in the graphs of which that was looked at. */
  readonly rules: Counts;
}

/** Nothing yet. */
export const noStatistics = (): Statistics => ({ graphs: 0, nodes: 0, elements: 0, saysLittle: 0, ops: {}, rules: {} });

const count = (counts: Counts, name: string, times = 1): void => {
  counts[name] = (counts[name] ?? 0) + times;
};

const countFired = (rules: Counts, { fired, steps }: PassTrace): void => {
  for (const [rule, times] of fired) count(rules, rule, times);
  for (const step of steps) countFired(rules, step);
};

/** Of one graph in so many it is looked at which rules fire, for that takes passes once more. */
const rulesEvery = 8;

/** Adds a graph. */
export const countGraph = (statistics: Statistics, graph: Graph): void => {
  if (statistics.graphs % rulesEvery === 0)
    countFired(statistics.rules, runPasses(standard, graph, { verify: "never" }).trace);
  statistics.graphs++;
  statistics.nodes += graph.nodes.size;
  for (const op of new Set([...graph.nodes.values()].map((node) => node.op))) count(statistics.ops, op);
};

/** Adds what another one has seen. */
export const addStatistics = (sum: Statistics, more: Statistics): void => {
  sum.graphs += more.graphs;
  sum.nodes += more.nodes;
  sum.elements += more.elements;
  sum.saysLittle += more.saysLittle;
  for (const [name, times] of Object.entries(more.ops)) count(sum.ops, name, times);
  for (const [name, times] of Object.entries(more.rules)) count(sum.rules, name, times);
};

const ruleNames = exactRules.flatMap(({ rules }) => rules.map(({ name }) => name));

const covered = (what: string, known: readonly string[], counts: Counts): string => {
  const missing = known.filter((name) => counts[name] === undefined);
  const seen = `${what}: ${known.length - missing.length} of ${known.length}`;
  return missing.length === 0 ? seen : `${seen}; never ${missing.join(", ")}`;
};

/** A few lines for people. */
export const describeStatistics = (statistics: Statistics, seconds: number): readonly string[] => {
  const { graphs, nodes, elements, saysLittle, ops, rules } = statistics;
  const rate = (graphs / Math.max(seconds, 0.001)).toFixed(1);
  const share = ((100 * saysLittle) / Math.max(elements, 1)).toFixed(1);
  return [
    `${graphs} graphs in ${seconds.toFixed(0)} s, ${rate} a second, ${(nodes / Math.max(graphs, 1)).toFixed(1)} nodes each`,
    `${elements} elements judged; of ${share} % the bound says little`,
    covered("ops", computingOps, ops),
    covered("rules fired", ruleNames, rules),
  ];
};
