// Text without spaces, and where its words end: what the tagger learns.
import { paragraphs } from "./docs-text.ts";

/** A letter, as a number below 96 too, and whether a space followed it: 1 or 0. */
export interface Letter {
  readonly letter: string;
  readonly code: number;
  readonly isLast: number;
}

/** The letters of those paragraphs of the documentation whose number is wanted. */
export const wordEnds = (isWanted: (paragraph: number) => boolean): readonly Letter[] => {
  const wanted = paragraphs().filter((_, at) => isWanted(at));
  const text = wanted.join(" ").replaceAll("`", "");
  return Array.from(text.matchAll(/\S/g), ({ 0: letter, index }) => ({
    letter,
    code: Math.min(95, Math.max(0, letter.charCodeAt(0) - 32)),
    isLast: text[index + 1] === " " ? 1 : 0,
  }));
};

/** Windows of `length` letters that begin at given places, time first: [length, starts]. */
export const windows = (
  letters: readonly Letter[],
  length: number,
  starts: readonly number[],
): { readonly text: Int32Array<ArrayBuffer>; readonly wanted: Int32Array<ArrayBuffer> } => {
  const batch = starts.length;
  const read = Array.from(
    { length: length * batch },
    (_, position) => letters[(starts[position % batch] ?? 0) + Math.floor(position / batch)],
  );
  return {
    text: Int32Array.from(read, (letter) => letter?.code ?? 0),
    wanted: Int32Array.from(read, (letter) => letter?.isLast ?? 0),
  };
};
