// W3xx: feeding, running and reading compiled models.
import { type CatalogueEntry, entry } from "../entry.ts";

interface RunningRows {
  readonly W301: CatalogueEntry<{ name: string; entry: string; known: readonly string[] }>;
  readonly W302: CatalogueEntry<{ name: string; entry: string; known: readonly string[] }>;
  readonly W303: CatalogueEntry<{ name: string; type: string; wanted: string; given: string }>;
  readonly W304: CatalogueEntry<{ name: string; type: string; given: string }>;
  readonly W305: CatalogueEntry<{ name: string; type: string; wanted: number; given: number }>;
  readonly W306: CatalogueEntry<{ name: string; position: number; index: number; range: number }>;
  readonly W307: CatalogueEntry<{ name: string; known: readonly string[] }>;
  readonly W308: CatalogueEntry<{ name: string; known: readonly string[] }>;
  readonly W309: CatalogueEntry<{ missing: readonly string[] }>;
  readonly W310: CatalogueEntry<{ name: string; position: number; value: number }>;
  readonly W311: CatalogueEntry<{ bytes: number }>;
  readonly W313: CatalogueEntry<{ name: string; entry: string; known: readonly string[] }>;
}

const list = (names: readonly string[]): string =>
  names.length === 0 ? "none" : names.map((name) => JSON.stringify(name)).join(", ");

export const running: RunningRows = {
  W301: entry({
    title: "an input is missing",
    message: ({ name, entry: of }) => `${of}: input ${JSON.stringify(name)} is not fed`,
    help: ({ known }) => `feed an array for each of ${list(known)}.`,
    explanation:
      "Every input that an entry point reads must be fed at every call: nothing is remembered between calls except parameters.",
    example: "run({ image, label })  // not run({ image }) when the loss reads label",
  }),
  W302: entry({
    title: "no such input",
    message: ({ name, entry: of }) => `${of}: there is no input ${JSON.stringify(name)}`,
    help: ({ known }) => `the inputs are ${list(known)}.`,
    explanation:
      "A name that is fed but not known is almost always a misspelt one, so it is refused rather than ignored.",
    example: "run({ image })  // not run({ images })",
  }),
  W303: entry({
    title: "wrong class of array",
    message: ({ name, type, wanted, given }) => `${name}: ${type} takes a ${wanted}, got ${given}`,
    help: ({ wanted }) => `convert it once, for example with ${wanted}.from(values).`,
    explanation:
      "Feeds are copied into the program's memory as they are, without conversion: f32 takes Float32Array, f64 Float64Array, i32 Int32Array, u8 and bool Uint8Array.",
    example: "run({ tokens: Int32Array.from(tokens) })",
  }),
  W304: entry({
    title: "wrong shape",
    message: ({ name, type, given }) => `${name}: shapes differ: expected ${type}, got ${given}`,
    help: () => "feed an array of the shape the program was compiled for, or compile for other dims.",
    explanation: "A compiled program has fixed extents: symbolic dimensions were bound when it was compiled.",
    example: "compile(model, { dims: { B: 32 } })  // then image must be [32, 784]",
  }),
  W305: entry({
    title: "wrong number of elements",
    message: ({ name, type, wanted, given }) => `${name}: ${type} has ${wanted} elements, got ${given}`,
    help: () =>
      "feed as many elements as the shape has, row-major; a partial batch needs a program compiled for its size, or padding.",
    explanation: "A typed array without a shape is taken as the row-major elements of the whole tensor.",
    example: "new Float32Array(32 * 784)  // for f32[32, 784]",
  }),
  W306: entry({
    title: "an index is out of range",
    message: ({ name, position, index, range }) => `${name}: element ${position} is ${index}, outside 0..${range - 1}`,
    help: ({ range }) => `class and token indices count from 0 and must be below ${range}.`,
    explanation:
      "An input that chooses a class or a row of a table must name one that exists. The check happens where the array is fed, so that a wrong label can never read another tensor's memory.",
    example: "Int32Array.of(0, 9)  // for ten classes; 10 is outside",
  }),
  W307: entry({
    title: "no such parameter",
    message: ({ name }) => `there is no parameter ${JSON.stringify(name)}`,
    help: ({ known }) => `the parameters are ${list(known)}.`,
    explanation: "Parameters are named by their path in the tree they were described with.",
    example: 'trainer.parameters["hidden.weight"]',
  }),
  W308: entry({
    title: "no such entry point",
    message: ({ name }) => `there is no entry point ${JSON.stringify(name)}`,
    help: ({ known }) => `the entry points are ${list(known)}.`,
    explanation:
      "A compiled model has the entry points it was described with: predict for a model; step, grads and predict for training.",
    example: 'executable.run("predict", { image })',
  }),
  W309: entry({
    title: "parameters are missing",
    message: ({ missing }) => `restore: there is no value for ${list(missing)}`,
    help: () =>
      "restore what parameters.all() or a saved file of this model gives; { partial: true } keeps the others.",
    explanation:
      "Restoring takes all parameters or none, so that a file of another model never leaves a mixture of two. With partial: true the parameters that are not given keep their values.",
    example: "model.parameters.restore(tensors, { partial: true })",
  }),
  W310: entry({
    title: "a bool that is neither 0 nor 1",
    message: ({ name, position, value }) => `${name}: element ${position} is ${value}, but a bool is 0 or 1`,
    help: () => "feed 0 for false and 1 for true: Uint8Array.from(mask, (each) => (each ? 1 : 0)).",
    explanation:
      "A bool is one byte that is 0 or 1; generated code relies on it, so another byte could mean true to one operation and false to the next.",
    example: "run({ mask: Uint8Array.of(0, 1, 1) })",
  }),
  W311: entry({
    title: "too much memory",
    message: ({ bytes }) =>
      `the program needs ${(bytes / 2 ** 30).toFixed(2)} GiB of memory; 32-bit addresses reach 4 GiB`,
    help: () => "compile for a smaller batch or shorter sequences.",
    explanation:
      "All weights and intermediate results of a program lie in one memory that is planned when the program is compiled.",
    example: "compile(model, { dims: { B: 8 } })",
  }),
  W313: entry({
    title: "no such result",
    message: ({ name, entry: of }) => `${of}: there is no result ${JSON.stringify(name)}`,
    help: ({ known }) => `the results are ${list(known)}.`,
    explanation:
      "`into` names results and gives each the array that it is to be written into; what it leaves out is not copied. A name that is not known is almost always a misspelt one.",
    example: "run({ image }, { into: { logits } })  // not { into: { logit } }",
  }),
};
