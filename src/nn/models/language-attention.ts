// What language models can be told of their attention, which is causal: when they are made, and with each batch of tokens.
import type { AttentionOptions } from "../../ir/functions/attention.ts";
import type { Dims, Tensor } from "../../ir/types/tensor.ts";

/** How every block of a language model attends, beside causally; nothing of it unless said. */
export interface LanguageAttention {
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
export const attendingOf = ({ window, softcap, alibi, score }: LanguageAttention): LanguageAttention => ({
  ...(window === undefined ? {} : { window }),
  ...(softcap === undefined ? {} : { softcap }),
  ...(alibi === undefined ? {} : { alibi }),
  ...(score === undefined ? {} : { score }),
});

/**
 * What a language model is told with a batch of tokens: `segments` of the documents that stand in one sequence, a `prefix` that is seen
 * whole, and all else that `attention` knows. What the model was made with holds unless said otherwise.
 */
export type LanguageOptions = Omit<AttentionOptions, "causal" | "drop">;

/** A language model: tokens i32 [..., positions] give, at each position, logits of the next token. */
export interface LanguageModelFunction<Vocabulary extends number> {
  <S extends Dims>(tokens: Tensor<S, "i32">, options?: LanguageOptions): Tensor<[...S, Vocabulary], "f32">;
}
