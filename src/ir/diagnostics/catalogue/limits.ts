// W132 to W135: what is larger than anything that can be compiled.
import { type CatalogueEntry, entry } from "../entry.ts";

interface LimitRows {
  readonly W132: CatalogueEntry<{ op: string; rank: number; most: number }>;
  readonly W133: CatalogueEntry<{ op: string; type: string; most: number }>;
  readonly W134: CatalogueEntry<{ most: number }>;
  readonly W135: CatalogueEntry<{ what: string }>;
}

export const limitRows: LimitRows = {
  W132: entry({
    title: "too many axes",
    message: ({ op, rank, most }) => `${op}: ${rank} axes; a tensor has at most ${most}`,
    help: () => "merge axes that are not told apart: reshape(x, [B, H * W]).",
    explanation:
      "The work on a tensor is loops within one another, one for each axis. Networks have up to six or seven; a list of hundreds is a mistake, or a file that means harm.",
    example: 'spec("f32", [32, 3, 224, 224])  // not a shape of 33 extents',
  }),
  W133: entry({
    title: "too many elements",
    message: ({ op, type, most }) => `${op}: ${type} has more than ${most} elements`,
    help: () =>
      "look at the extents; if they are meant, work on parts: a smaller batch, shorter sequences, a narrower layer.",
    explanation:
      "Compiled loops count elements in 32 bits, and a memory has 4 GiB. The limit holds for tensors that never come into memory, too, because the loops that make their elements count all the same. An axis without elements counts as one of one element.",
    example:
      "matmul(x, weights)  // x: f32[100000, 64], weights: f32[64, 100000] has 10 000 000 000 results, and is wrong; f32[64, 1000] is right",
  }),
  W134: entry({
    title: "a text of too many nodes",
    message: ({ most }) => `graph text: there are more than ${most} nodes`,
    help: () => "say what repeats once, in the body of a scan.",
    explanation: "A text is read as a whole, and what it takes in memory is bounded by this number.",
    example: "%1, %2 = scan %h, %xs {body = (%s: f32[4], %x: f32[4]) { ... }} : f32[4], f32[9, 4]",
  }),
  W135: entry({
    title: "an extent of too many terms",
    message: ({ what }) => `${what} has too many terms, or numbers above 2^53`,
    help: () => "give a sum that is used again a name of its own: one symbol instead of T+S+1.",
    explanation:
      "Extents are polynomials over symbols, multiplied out so that equal ones are seen to be equal. A product of many sums has more terms than anybody wrote.",
    example: 'spec("f32", ["B", "T+1", 64])  // not "(a+b+c+d+e+f)*(a+b+c+d+e+f)*(a+b+c+d+e+f)*(a+b+c+d+e+f)"',
  }),
};
