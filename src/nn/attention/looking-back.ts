// Self-attention of a sequence that is read in pieces: keys and values of the pieces before are kept, and attended to as well.
import type { AttentionOptions } from "../../ir/functions/attention.ts";
import { currentPast } from "../../model/past.ts";
import type { Projections } from "./dropped-attention.ts";

/** What attention is taken of, and how. */
export interface Attendance {
  readonly projections: Projections;
  readonly options: AttentionOptions;
}

/**
 * Causal self-attention of the positions at hand: of these alone where the sequence is whole, and otherwise of the keys and
 * values of all positions so far, among which these stand behind those of the pieces before.
 */
export const lookingBack = (projections: Projections, options: AttentionOptions): Attendance => {
  const past = currentPast();
  const causal = { ...options, causal: true };
  if (past === undefined) return { projections, options: causal };
  const [queries, keys, values] = projections;
  return {
    projections: [queries, past.append(keys), past.append(values)],
    options: { ...causal, past: past.position },
  };
};
