// All motifs by name.
import { attentionMotifs } from "./attention.ts";
import { contractionMotifs } from "./contraction.ts";
import { elementwiseMotifs } from "./elementwise.ts";
import { lossMotifs } from "./losses.ts";
import type { Motifs } from "./motif.ts";
import { movementMotifs } from "./movement.ts";
import { normalizationMotifs } from "./normalization.ts";
import { optimizerMotifs } from "./optimizer.ts";
import { recurrenceMotifs } from "./recurrence.ts";

/**
 * Every motif of the library, by name: what `graphs` writes beside single ops unless it is told.
 *
 * @example
 * Object.keys(motifs).length; // 36
 */
export const motifs: Motifs = {
  ...attentionMotifs,
  ...normalizationMotifs,
  ...contractionMotifs,
  ...recurrenceMotifs,
  ...lossMotifs,
  ...elementwiseMotifs,
  ...movementMotifs,
  ...optimizerMotifs,
};
