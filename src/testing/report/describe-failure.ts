// What a failure prints.
import type { GraphCase } from "../arbitraries/graph-case.ts";
import type { GraphProperty, Violation } from "../property.ts";
import { showCase } from "./show-case.ts";

/** A case that fails, and how it was found. */
export interface Failure {
  readonly property: GraphProperty;
  readonly drawn: GraphCase;
  readonly violation: Violation;
  /** How many cases were drawn until one failed, and how often it was made simpler. */
  readonly runs: number;
  readonly shrinks: number;
  /** Of a drawn case: how to draw it again. */
  readonly seed?: number;
  readonly path?: string;
  /** Of a saved case: the file that it came from. */
  readonly file?: string;
  /** The file in which the simplest case was kept. */
  readonly kept?: string;
}

/** What a report may be told. */
export interface FailureOptions {}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The whole report. */
export const describeFailure = async (failure: Failure, _options: FailureOptions = {}): Promise<string> => {
  const { property, drawn, violation, runs, shrinks, seed, path, file, kept } = failure;
  return [
    `weftgraph: ${property.name} failed after ${counted(runs, "graph")}, ${counted(shrinks, "shrink")}`,
    `  ${violation.what}`,
    "",
    showCase(drawn).replaceAll(/^(?=.)/gm, "  "),
    ...(seed === undefined ? [] : [`replay: WEFTGRAPH_SEED=${seed} WEFTGRAPH_PATH=${path}`]),
    ...(file === undefined ? [] : [`replay: ${file}`]),
    ...(kept === undefined || kept === file ? [] : [`kept: ${kept}`]),
  ].join("\n");
};
