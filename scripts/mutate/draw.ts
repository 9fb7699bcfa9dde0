import { createHash } from "node:crypto";

/** What tells a mutant from all others. */
export interface Place {
  readonly fileName: string;
  readonly replacement: string;
  readonly location: { readonly start: { readonly line: number; readonly column: number } };
}

/**
 * `count` of the mutants, at random: those with the smallest hashes of seed and mutant. So the order in which they come does not
 * matter, a larger sample has a smaller one in it, and after an edit of another file the same ones of this file are drawn.
 */
export const drawn = <M extends Place>(mutants: readonly M[], count: number, seed: number): readonly M[] =>
  mutants
    .map((mutant) => {
      const { fileName, replacement, location } = mutant;
      const file = fileName.replaceAll("\\", "/").replace(/^.*\/src\//, "src/");
      const place = `${seed} ${file}:${location.start.line}:${location.start.column} ${replacement}`;
      return { mutant, hash: createHash("sha256").update(place).digest("hex") };
    })
    .sort((one, other) => (one.hash < other.hash ? -1 : 1))
    .slice(0, count)
    .map(({ mutant }) => mutant);
