// What a pass did: how long it took, which rules it applied, and the patches of its edits, from which the counts of a
// report are worked out and with which a change can be shown or replayed.
import type { Patch } from "immer";

/** What one run of one pass did. */
export interface PassTrace {
  /** The pass. */
  readonly name: string;
  /** How long it took. */
  readonly milliseconds: number;
  /** Whether the pass gave back the very program it was given. */
  readonly still: boolean;
  /** Times each rewrite rule was applied. */
  readonly fired: ReadonlyMap<string, number>;
  /** What its edits changed. A pass that builds anew (lowering) has none. */
  readonly patches: readonly Patch[];
  /** Runs of passes within this one, in order. */
  readonly steps: readonly PassTrace[];
}

/** Nodes of a graph by what happened to them. */
export interface NodeCounts {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

/** Counts what patches do to nodes. */
export const countNodes = (patches: readonly Patch[]): NodeCounts => {
  const counts = { add: 0, remove: 0, replace: 0 };
  for (const { op, path } of patches) if (path[0] === "nodes" && path.length === 2) counts[op]++;
  return { added: counts.add, removed: counts.remove, changed: counts.replace };
};

/** How often each rule was applied in a run and all its steps. */
export const ruleCoverage = (trace: PassTrace): ReadonlyMap<string, number> => {
  const total = new Map(trace.fired);
  for (const step of trace.steps)
    for (const [rule, times] of ruleCoverage(step)) total.set(rule, (total.get(rule) ?? 0) + times);
  return total;
};

const whatHappened = ({ still, patches }: PassTrace): string => {
  if (still) return "nothing to do";
  if (patches.length === 0) return "done";
  const { added, removed, changed } = countNodes(patches);
  return `+${added} -${removed} ~${changed} nodes`;
};

/** A trace as lines of text: one for each pass, indented under the pass that ran it, and one for each rule that fired. */
export const printTrace = (trace: PassTrace, indent = ""): string =>
  [
    `${indent}${trace.name}: ${whatHappened(trace)}, ${trace.milliseconds.toFixed(2)} ms`,
    ...[...trace.fired].map(([rule, times]) => `${indent}  ${rule} x${times}`),
    ...trace.steps.map((step) => printTrace(step, `${indent}  `)),
  ].join("\n");
