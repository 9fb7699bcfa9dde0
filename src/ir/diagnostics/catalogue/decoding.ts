// W520 to W526: sequences that are read in pieces.
import { type CatalogueEntry, entry } from "../entry.ts";

/** The rows of this file. */
export interface DecodingRows {
  readonly W520: CatalogueEntry<{ entry: string; name: string; value: number; range: number }>;
  readonly W521: CatalogueEntry<{ what: string; capacity: number; given: number }>;
  readonly W522: CatalogueEntry<{ layer: string; why: string }>;
  readonly W523: CatalogueEntry<{ symbol: string; inputs: readonly string[] }>;
  readonly W524: CatalogueEntry<{ before: string; now: string }>;
}

export const decoding: DecodingRows = {
  W520: entry({
    title: "the sequence is full",
    message: ({ entry, name, value, range }) =>
      range > 0
        ? `${entry}: ${name} is ${value}, and there is room only from 0 to ${range - 1}`
        : `${entry}: ${name} is ${value}, and there is no room at all`,
    help: () =>
      "nothing was changed. Begin anew with reset(), feed fewer positions at a time, or describe the decoding with a larger capacity.",
    explanation:
      "A decoding keeps the rows of all positions in memory of a fixed size, its capacity. A call that would need more is refused before anything is changed: old positions are never overwritten silently.",
    example: 'decoding(model, { positions: "T", capacity: 1024 })  // not capacity: 4 for sequences of 5',
  }),
  W521: entry({
    title: "a capacity beyond the positions that there are",
    message: ({ what, capacity, given }) =>
      `decoding: a capacity of ${capacity} goes beyond ${what}, of which there are ${given}`,
    help: ({ given }) => `choose a capacity of at most ${given}.`,
    explanation: "A model with a learned vector for each position cannot go on where these end.",
    example: 'decoding(model, { positions: "T", capacity: 64 })  // for gpt({ context: 64, ... }), not capacity: 128',
  }),
  W522: entry({
    title: "a layer that needs the whole sequence",
    message: ({ layer, why }) => `${layer}: cannot read a sequence in pieces: ${why}`,
    help: () => "decode models whose positions depend on each other by causal self-attention alone.",
    explanation:
      "A decoding runs `forward` on the new positions alone. Keys and values of earlier ones are kept by causal self-attention; a layer that looks elsewhere would give something else than on the whole sequence, so it is refused.",
    example: "multiHeadAttention(64, 4)(x, { causal: true })  // not multiHeadAttention(64, 4)(x)",
  }),
  W523: entry({
    title: "no input of so many positions",
    message: ({ symbol, inputs }) => `decoding: no input has an extent of ${symbol}: ${inputs.join(", ")}`,
    help: () => "name the symbol of the axis of positions, and write the inputs of the model with it.",
    explanation:
      "Each entry point of a decoding is the model with a number of its own in the place of that symbol: 1 for a token at a time.",
    example:
      'inputs: { tokens: spec("i32", ["T"]) }, then decoding(model, { positions: "T", capacity: 64 })  // not spec("i32", [8])',
  }),
  W524: entry({
    title: "rows that are not those of the entry point before",
    message: ({ before, now }) => `decoding: what was ${before} in one entry point is ${now} in another`,
    help: () => "describe the same in each: layers in the same order, of the same features.",
    explanation:
      "The entry points of a decoding share what is kept, by its place in the description, so rows must be of one type, whatever the number of positions.",
    example: "past.append(keys)  // keys: f32[8, T, 64] in all entry points, not f32[4, T, 64] in one of them",
  }),
};
