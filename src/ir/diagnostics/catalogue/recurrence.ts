// W270 to W279: recurrences that do not fit together.
import { sentence } from "../../types/sentences.ts";
import { type CatalogueEntry, entry } from "../entry.ts";

interface RecurrenceRows {
  readonly W270: CatalogueEntry<{ what: string; actual: string; expected: string }>;
  readonly W271: CatalogueEntry<{ operands: number; inputs: number; carried: number; outputs: number }>;
  readonly W272: CatalogueEntry<{ first: string; type: string; name: string; other: string }>;
  readonly W273: CatalogueEntry<Record<never, never>>;
  readonly W274: CatalogueEntry<{ name: string }>;
  readonly W275: CatalogueEntry<{ name: string; before: string; after: string }>;
  readonly W276: CatalogueEntry<Record<never, never>>;
  readonly W277: CatalogueEntry<{ type: string; inputs: number }>;
  readonly W278: CatalogueEntry<{ name: string; what: string; size: string }>;
}

const example = "scan({ carry: { h }, over: { x }, step: ({ h }, { x }) => ({ carry: { h: tanh(add(h, x)) } }) })";

export const recurrenceRows: RecurrenceRows = {
  W270: entry({
    title: "scan: an operand that the body does not take",
    message: ({ what, actual, expected }) => `scan: ${what} is ${actual}, its body needs ${expected}`,
    help: ({ expected }) => `give ${expected}, or change the body.`,
    explanation:
      "The body of a scan takes the states, one element of each sequence, and the captured values, and gives the states back in the types in which it took them.",
    example: "%h: f32[2, 4] as the first state of a body (%h: f32[2, 4], %x: f32[2, 4])  // not %h: f32[2, 5]",
  }),
  W271: entry({
    title: "scan: another number of operands than its body takes",
    message: ({ operands, inputs, carried, outputs }) =>
      `scan: ${operands} operands for a body of ${inputs} inputs, ${carried} of them states, and ${outputs} outputs`,
    help: () => "give one operand for each input of the body; the body gives each state back before its other outputs.",
    explanation:
      "The operands of a scan are those of its body: the states before the first step, sequences instead of elements, and the captured values.",
    example:
      "%1, %2 = scan %h, %x {carried = 1, sequences = 1, ...}  // (%h, %x) { ... yield %0, %1 }, not scan %h alone",
  }),
  W272: entry({
    title: "scan: sequences of different lengths",
    message: (details) => sentence("W272", details),
    help: () => "give all sequences the same first extent; transpose [B, T, ...] to [T, B, ...] first.",
    explanation:
      "A scan takes one element of each sequence at a time, along the first axis, so all have as many elements.",
    example: `${example}  // not over: { x, y } where x has T elements and y has U`,
  }),
  W273: entry({
    title: "scan: no sequence",
    message: () => sentence("W273", {}),
    help: () => "give at least one sequence; iota counts steps where nothing else does.",
    explanation: "The number of steps of a scan is the length of its sequences.",
    example: `${example}  // not over: {}`,
  }),
  W274: entry({
    title: "scan: a state is not given back",
    message: ({ name }) => sentence("W274", { name }),
    help: ({ name }) => `return { carry: { ${name}: ... } }; a state that stays as it is is returned as it was given.`,
    explanation: "The state after a step is the state before the next, so a step returns every part of it.",
    example: `${example}  // not carry: { state: ... }`,
  }),
  W275: entry({
    title: "scan: a state changes its type",
    message: ({ name, before, after }) => sentence("W275", { name, before, after }),
    help: ({ before }) => `give back ${before}; broadcast the first state to the shape that it takes on.`,
    explanation:
      "The state after a step is the state before the next, so it has one shape and element type throughout. A first state of fewer rows than the batch is the usual reason.",
    example: `${example}  // not h: f32[4] beside x: f32[T, B, 4]`,
  }),
  W276: entry({
    title: "a parameter in a body",
    message: () => "a body that an op repeats has no parameters of its own",
    help: () => "declare the parameter in the graph around it, and give it to the op as an operand.",
    explanation:
      "What persists between runs belongs to the graph as a whole. A body gets everything through its inputs; those behind the sequences stay the same in every step.",
    example:
      'scan %h, %x, %w {..., body = (%h: f32[2], %x: f32[2], %w: f32[2]) { ... }}  // not %w = parameter {name = "w"} in the body',
  }),
  W277: entry({
    title: "a recurrent layer needs sequences of its features",
    message: (details) => sentence("W277", details),
    help: ({ inputs }) =>
      `give [time, batch, ${inputs}], or [batch, time, ${inputs}] to a layer made with batchFirst: true.`,
    explanation:
      "A recurrent layer reads one element of features after the other, for a whole batch at a time, so its operand has three axes, and the last has as many features as the layer was made for.",
    example: "lstm(16, 32) on x: f32[T, B, 16]  // not on x: f32[B, 16]",
  }),
  W278: entry({
    title: "a layer of no size",
    message: ({ name, what, size }) => `${name}: ${what} must be a whole number from 1 up, not ${size}`,
    help: ({ what }) => `give ${what} as a number such as 32.`,
    explanation:
      "Weights have as many rows and columns as there are features, channels or hidden units, so a layer needs each of them as a number, known when it is described. A size of 0 would make a layer that computes nothing.",
    example: 'linear(784, 128)  // not linear("784", 128)',
  }),
};
