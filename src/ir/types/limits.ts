// How large things may be, in one table. Loops count elements in 32 bits with a sign, memories have addresses of 32 bits, and what a
// file says about itself is believed only up to here. Whoever meets more refuses it with a code of its own.

/** The largest that there may be of each. */
export interface Limits {
  /** Axes of a tensor, and items of a list that speaks of axes: W132. */
  readonly rank: number;
  /** Elements of a tensor, axes without elements counted as one: indices are i32. W133. */
  readonly elements: number;
  /** Nodes of a graph that is read from text, its bodies included: W134. */
  readonly nodes: number;
  /** Terms of an extent: W135. */
  readonly terms: number;
  /** Bodies within one another, in text: W104. */
  readonly bodyDepth: number;
  /** Bytes of the header of a safetensors file, as the format itself says: W401. */
  readonly header: number;
}

export const limits: Limits = {
  rank: 32,
  elements: 2 ** 31 - 1,
  nodes: 1_000_000,
  terms: 512,
  bodyDepth: 32,
  header: 100_000_000,
};
