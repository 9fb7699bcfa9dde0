// What a failure prints: the simplest case as text, where it begins to go wrong, by how much, who is at fault, how to see it
// again, and a test to paste.
import { definitionOf } from "../../ir/graph/analysis.ts";
import type { NodeId } from "../../ir/graph/graph.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import type { GraphProperty, Violation } from "../property.ts";
import { type Fault, findFault } from "./find-fault.ts";
import { type Divergence, firstDivergence } from "./first-divergence.ts";
import { showArray, showCase } from "./show-case.ts";
import { toCode } from "./to-code.ts";
import { violationIn } from "./violation-in.ts";

/** A case that fails, and how it was found. */
export interface Failure {
  /** What does not hold. */
  readonly property: GraphProperty;
  /** The case of which it does not. */
  readonly drawn: GraphCase;
  /** What was found wrong with it. */
  readonly violation: Violation;
  /** How many cases were drawn until one failed. */
  readonly runs: number;
  /** How often it was made simpler. */
  readonly shrinks: number;
  /** Of a drawn case: how to draw it again. */
  readonly seed?: number;
  /** The way from the seed to the case. */
  readonly path?: string;
  /** Of a saved case: the file that it came from. */
  readonly file?: string;
  /** The file in which the simplest case was kept. */
  readonly kept?: string;
}

const counted = (count: number, noun: string, plural = "s"): string => `${count} ${noun}${count === 1 ? "" : plural}`;

/** Digits that tell apart two arrays, and no more. */
const telling = [4, 7] as const;

/** Two arrays, with as many digits as it takes to see that they differ. */
const gotAndWanted = ({ gotArray, wantedArray }: NonNullable<Fault["wrong"]>): string => {
  const shown = (digits?: number) => [showArray(gotArray, digits), showArray(wantedArray, digits)] as const;
  const [got, wanted] = telling.map(shown).find(([left, right]) => left !== right) ?? shown();
  return `got ${got}, want ${wanted}`;
};

const inNumbers = ({ got, wanted }: Violation): string =>
  got === undefined || wanted === undefined ? "" : `: got ${got}, want ${wanted}`;

const numbersOf = (violation: Violation, fault: Fault | undefined): string =>
  fault?.wrong === undefined ? inNumbers(violation) : `: ${gotAndWanted(fault.wrong)}`;

/** The node whose value is wrong, where it is wrong only because there are other results beside it. */
const nodeOf = ({ graph }: GraphCase, output: string | undefined): NodeId | undefined => {
  const named = graph.entries.flatMap(({ outputs, updates }) => [...outputs, ...updates]);
  const value = named.find(({ name }) => name === output)?.value;
  return value === undefined ? undefined : definitionOf(graph, value).id;
};

/** A remark behind the node at which the graph begins to go wrong. */
const remarksOn = (
  { drawn, violation }: Failure,
  divergence: Divergence | undefined,
  fault: Fault | undefined,
): ReadonlyMap<NodeId, string> => {
  if (divergence !== undefined)
    return new Map([[divergence.node.id, `<- first divergence${numbersOf(divergence.violation, fault)}`]]);
  const node = nodeOf(drawn, violation.output ?? fault?.wrong?.output);
  return new Map(node === undefined ? [] : [[node, `<- wrong beside the other results${numbersOf(violation, fault)}`]]);
};

const short = (value: number): string => String(Number(value.toPrecision(3)));

/** `error 0.231 > bound 8.9e-8 (2.6e+6 times)`, where both are known. */
const errorLine = (given: Pick<Violation, "got" | "wanted" | "bound"> | undefined): string | undefined => {
  const { got, wanted, bound } = given ?? {};
  if (got === undefined || wanted === undefined || bound === undefined) return undefined;
  const error = Math.abs(got - wanted);
  if (!Number.isFinite(error)) return `got ${got}, where ${wanted} is meant`;
  return `error ${short(error)} > bound ${short(bound)}${bound > 0 ? ` (${(error / bound).toPrecision(2)} times)` : ""}`;
};

const faultLine = ({ who, among, error }: Fault): string => {
  if (error !== undefined) return `at fault: ${who}, which ends in: ${error}`;
  return who.startsWith("pass")
    ? `at fault: ${who}, the first after which the graph means something else (of ${counted(among, "pass", "es")} that do anything)`
    : `at fault: ${who}; what ${counted(among, "pass", "es")} made of the graph is right`;
};

/** A report is made of what can be found out: a mistake of the compiler may well end the search for itself. */
const orNothing = async <T>(search: () => Promise<T | undefined>): Promise<T | undefined> => {
  try {
    return await search();
  } catch {
    return undefined;
  }
};

const replayLines = ({ seed, path, file, kept }: Failure): readonly string[] => [
  ...(seed === undefined ? [] : [`replay: WEFTGRAPH_SEED=${seed} WEFTGRAPH_PATH=${path ?? ""}`]),
  ...(file === undefined ? [] : [`replay: ${file}`]),
  ...(kept === undefined || kept === file ? [] : [`kept: ${kept}`]),
];

/**
 * The whole report of a failure: the case as text, where it goes wrong, by how much, by which pass, how to replay it,
 * and a test to paste.
 *
 * @example
 * const property: GraphProperty = { name: "has no inputs", check: async () => ({ what: "the graph has an input" }) };
 * const x = { dtype: "f32", shape: [], data: Float64Array.of(2) } as const;
 * const drawn = { graph: parseGraph("graph @g(%x: f32[]) {\n}"), feeds: { x }, parameters: {} };
 * const violation = { what: "the graph has an input" };
 * const report = await describeFailure({ property, drawn, violation, runs: 1, shrinks: 0 });
 * report.includes("the graph has an input"); // true
 */
export const describeFailure = async (failure: Failure): Promise<string> => {
  const { property, drawn, violation, runs, shrinks } = failure;
  const divergence = await orNothing(() => firstDivergence(drawn, (each) => violationIn(property, each)));
  const fault = await orNothing(() => findFault(divergence?.drawn ?? drawn, property.passes));
  const error = errorLine(violation.bound === undefined ? (fault?.wrong ?? violation) : violation);
  return [
    `weftgraph: ${property.name} failed after ${counted(runs, "graph")}, ${counted(shrinks, "shrink")}`,
    violation.what,
    "",
    showCase(drawn, remarksOn(failure, divergence, fault)),
    ...(error === undefined ? [] : [error]),
    ...(fault === undefined ? [] : [faultLine(fault)]),
    ...replayLines(failure),
    "",
    "as a test:",
    "",
    toCode(drawn, property),
  ].join("\n");
};
