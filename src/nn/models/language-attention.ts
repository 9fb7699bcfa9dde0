// What language models can be told of their attention, which is causal: when they are made, and with each batch of tokens.
import type { AttentionOptions } from "../../ir/functions/attention.ts";

/** How every block of a language model attends, beside causally; nothing of it unless said. */
export interface LanguageAttentionOptions {
  /** How many positions a query sees, its own included (Mistral; Jiang et al. 2023). */
  readonly window?: number;
  /** Bounds scores s to c tanh(s / c) (Gemma 2). */
  readonly softcap?: number;
  /** Linear biases of distances with the slopes of Press et al. 2022, as in BLOOM. */
  readonly alibi?: boolean;
  /** A function of each score and of where it stands, as in `attention`. */
  readonly score?: NonNullable<AttentionOptions["score"]>;
}

/** The part of a model's options that is about attention. */
export const attendingOf = ({ window, softcap, alibi, score }: LanguageAttentionOptions): LanguageAttentionOptions => ({
  ...(window === undefined ? {} : { window }),
  ...(softcap === undefined ? {} : { softcap }),
  ...(alibi === undefined ? {} : { alibi }),
  ...(score === undefined ? {} : { score }),
});

/**
 * What a language model is told with a batch of tokens: `segments` of the documents that stand in one sequence, a `prefix` that is seen
 * whole, and all else that `attention` knows. What the model was made with holds unless said otherwise.
 */
export type LanguageBatchOptions = Omit<AttentionOptions, "causal" | "drop">;
