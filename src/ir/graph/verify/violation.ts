// What the verifier finds: the number of an invariant, what is wrong in this graph, and where.
import type { NodeId, ValueId } from "../graph.ts";

/** The invariants by their numbers; their text stands at the head of ir/graph/verify.ts. */
export type InvariantName = "V1" | "V2" | "V3" | "V4" | "V5" | "V6" | "V7" | "V8" | "V9" | "V10";

/** One invariant that a graph breaks. */
export interface Violation {
  readonly invariant: InvariantName;
  readonly message: string;
  /** The node at which it is broken; absent for entries and the graph as a whole. */
  readonly node?: NodeId;
}

/** Makes a finding. */
export const violation = (invariant: InvariantName, message: string, node?: NodeId): Violation =>
  Object.freeze({ invariant, message, ...(node === undefined ? {} : { node }) });

/** The names that stand more than once. */
export const repeated = <T>(names: readonly T[]): readonly T[] => {
  const seen = new Set<T>();
  const twice = new Set<T>();
  for (const name of names) (seen.has(name) ? twice : seen).add(name);
  return [...twice];
};

/** A value as messages call it. */
export const called = (value: ValueId): string => `%${value}`;
