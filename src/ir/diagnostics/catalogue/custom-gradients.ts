// W290 to W296: functions with a derivative of their own.
import { type CatalogueEntry, entry } from "../entry.ts";

interface CustomGradientRows {
  readonly W290: CatalogueEntry<{ op: string; name: string; what: string; actual: string; expected: string }>;
  readonly W291: CatalogueEntry<{ name: string; wanted: readonly number[]; operands: number }>;
  readonly W292: CatalogueEntry<{ name: string; part: string; given: string }>;
  readonly W293: CatalogueEntry<{ name: string; part: string }>;
  readonly W294: CatalogueEntry<{ name: string; operands: number; given: number }>;
  readonly W295: CatalogueEntry<{ name: string; operand: number; gradient: string; expected: string }>;
}

const example =
  'customGradient({ name: "swish", forward: (x) => mul(x, sigmoid(x)), gradient: ({ operands: [x], cotangents: [c] }) => [...] })';

export const customGradientRows: CustomGradientRows = {
  W290: entry({
    title: "call, apply: types that do not fit the body",
    message: ({ op, name, what, actual, expected }) => `${op}: ${what} of ${name} are ${actual}, not ${expected}`,
    help: ({ expected }) => `give ${expected}, or change the body.`,
    explanation:
      "A call takes one operand for each input of its body. Its gradient takes the operands, the results and one cotangent for each result, and gives one gradient, of the type of the operand, for each that is wanted.",
    example:
      '%0 = call %x {name = "f", wanted = [0], body = (%x: f32[2]) { ... }, gradient = (...) { ... }} : f32[2]  // not of %x: f32[3]',
  }),
  W291: entry({
    title: "call: a gradient of no operand",
    message: ({ name, wanted, operands }) =>
      `call: gradients of the operands [${wanted.join(", ")}] are wanted of ${name}, which has ${operands}`,
    help: () => "let `wanted` list positions of operands, counted from 0.",
    explanation: "The attribute `wanted` says which operands the outputs of the gradient belong to.",
    example:
      '%0 = call %x {name = "f", wanted = [1], ...} : f32[2]  // is wrong where it has one operand; wanted = [0] is right',
  }),
  W292: entry({
    title: "customGradient: something that is no tensor",
    message: ({ name, part, given }) => `${name}: ${part} gives ${given}, where a tensor is expected`,
    help: ({ part }) =>
      part === "gradient"
        ? "return a list with one tensor for each operand, or null for an operand that gets no gradient."
        : "return a tensor, or a list of tensors.",
    explanation:
      "Both parts of a function with a derivative of its own describe tensors: `forward` its results, `gradient` one gradient for each operand. Zero is `null`, which costs nothing.",
    example: `${example}  // not gradient: () => 1`,
  }),
  W293: entry({
    title: "customGradient: a tensor that is no operand",
    message: ({ name, part }) => `${name}: ${part} uses a tensor that is not among its operands`,
    help: () => "make it one more operand, and return its gradient, or null, at its place.",
    explanation:
      "What a function with a derivative of its own depends on must be among its operands, for a tensor that is taken from the program around it would get no gradient, and nobody would notice. Tensors made within, such as constants, are free to use.",
    example:
      'const alpha = ...; customGradient({ name: "scaled", forward: (x) => mul(x, alpha), ... })   // is wrong; write (x, alpha) => ...',
  }),
  W294: entry({
    title: "customGradient: another number of gradients than operands",
    message: ({ name, operands, given }) =>
      `${name}: gradient gives ${given} gradient${given === 1 ? "" : "s"} for ${operands} operand${operands === 1 ? "" : "s"}`,
    help: () => "return one for each operand, in their order; null for those that get none.",
    explanation:
      "The list that `gradient` returns has a place for each operand, whole numbers and masks included, which get null.",
    example:
      'customGradient({ name: "product", forward: (x, y) => mul(x, y), gradient: ({ ... }) => [mul(c, y)] })  // is wrong for two operands; [mul(c, y), mul(c, x)] is right',
  }),
  W295: entry({
    title: "customGradient: a gradient of another type than its operand",
    message: ({ name, operand, gradient, expected }) =>
      `${name}: the gradient of operand ${operand} is ${gradient}, and should be ${expected}`,
    help: ({ expected }) =>
      expected === "null"
        ? "return null at its place: whole numbers and truth values do not vary continuously."
        : "sum over the axes along which the operand was repeated, and cast where element types differ.",
    explanation:
      "A gradient says for each element of its operand how the loss changes with it, so it has the shape and the element type of the operand. An operand that was broadcast gets the sum over all places to which its elements went: `x.sumTo(shape)`.",
    example:
      'customGradient({ name: "shifted", forward: (x, bias) => add(x, bias), gradient: ({ cotangents: [c] }) => [c, c] })  // is wrong for bias: f32[4] beside x: f32[2, 4]; [c, c.sumTo([4])] is right',
  }),
};
