// How large things may be, in one table. Loops count elements in 32 bits with a sign, memories have addresses of 32 bits, and what a
// file says about itself is believed only up to here. Whoever meets more refuses it with a code of its own.

/** Every limit. */
export const limits = {
  /** Axes of a tensor, and items of a list that speaks of axes: W132. */
  rank: 32,
  /** Elements of a tensor, axes without elements counted as one: indices are i32. W133. */
  elements: 2_147_483_647,
  /** Nodes of a graph that is read from text, its bodies included: W134. */
  nodes: 1_000_000,
  /** Terms of an extent: W135. */
  terms: 512,
  /** Bodies within one another, in text: W104. */
  bodyDepth: 32,
  /** Bytes of the header of a safetensors file, as the format itself says: W401. */
  header: 100_000_000,
} as const;
