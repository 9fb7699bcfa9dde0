// A sequence read in pieces, on any executable of a decoding.
import type { Executable } from "../../src/backends/runtime/executable.ts";

/** A sequence of tokens that repeats no short pattern, the same for the same arguments. */
export const tokensOf = (length: number, vocabulary: number, seed = 1): Int32Array<ArrayBuffer> =>
  Int32Array.from({ length }, (_, at) => (Math.imul(at + 3 * seed, 0x9e3779b1) >>> 8) % vocabulary);

/** The entry point that reads so many positions. */
export const pieceName = (length: number): string => `read${length}`;

/** Entry points for all lengths of pieces. */
export const piecesOf = (lengths: readonly number[]): Readonly<Record<string, number>> =>
  Object.fromEntries(lengths.map((length) => [pieceName(length), length]));

/** The output `logits` of all pieces one after the other, for tokens [..., T] whose last axis alone is cut. */
export const readInPieces = (
  executable: Executable,
  lengths: readonly number[],
  tokens: Int32Array,
): readonly number[] => {
  let from = 0;
  return lengths.flatMap((length) => {
    const piece = tokens.slice(from, (from += length));
    return Array.from(executable.run(pieceName(length), { tokens: piece })["logits"]?.data ?? []);
  });
};
