// W3xx: feeding, running and reading compiled models.
import { sentence } from "../../types/sentences.ts";
import { type CatalogueEntry, entry } from "../entry.ts";
import { inWords, plainName, withArticle } from "../in-words.ts";
import { nearestName } from "../nearest.ts";

interface RunningRows {
  readonly W301: CatalogueEntry<{ name: string; entry: string; known: readonly string[] }>;
  readonly W302: CatalogueEntry<{ name: string; entry: string; known: readonly string[] }>;
  readonly W303: CatalogueEntry<{ name: string; dtype: string; wanted: string; given: string }>;
  readonly W304: CatalogueEntry<{ name: string; type: string; given: string }>;
  readonly W305: CatalogueEntry<{ name: string; type: string; wanted: number; given: number }>;
  readonly W306: CatalogueEntry<{ name: string; position: number; index: number; range: number }>;
  readonly W307: CatalogueEntry<{ name: string; known: readonly string[] }>;
  readonly W308: CatalogueEntry<{ name: string; known: readonly string[] }>;
  readonly W309: CatalogueEntry<{ missing: readonly string[] }>;
  readonly W310: CatalogueEntry<{ name: string; position: number; value: number }>;
  readonly W311: CatalogueEntry<{ bytes: number }>;
  readonly W312: CatalogueEntry<object>;
  readonly W314: CatalogueEntry<{ bytes: number; limit: number; regions: Readonly<Record<string, number>> }>;
  readonly W315: CatalogueEntry<{ bytes: number }>;
  readonly W316: CatalogueEntry<{ seconds: number }>;
  readonly W313: CatalogueEntry<{ name: string; entry: string; known: readonly string[] }>;
}

/** A name that may be anything else where nobody checks types, such as what was to be fed. */
const asGiven = (name: unknown): string => {
  const isLong = typeof name === "object" || typeof name === "bigint";
  return (isLong ? undefined : JSON.stringify(name)) ?? inWords(name);
};

const list = (names: readonly string[]): string =>
  names.length === 0 ? "none" : names.map((name) => JSON.stringify(name)).join(", ");

export const running: RunningRows = {
  W301: entry({
    title: "an input is missing",
    message: ({ name, entry: of }) => sentence("W301", { entry: of, name: plainName(name) }),
    help: ({ known }) => `feed an array for each of ${list(known)}.`,
    explanation:
      "Every input that an entry point reads must be fed at every call: nothing is remembered between calls except parameters.",
    example: "run({ image, label })  // not run({ image }) when the loss reads label",
  }),
  W302: entry({
    title: "no such input",
    message: ({ name, entry: of }) => sentence("W302", { entry: of, name: plainName(name) }),
    help: ({ known }) => `the inputs are ${list(known)}.`,
    explanation:
      "A name that is fed but not known is almost always a misspelt one, so it is refused rather than ignored.",
    example: "run({ image })  // not run({ images })",
  }),
  W303: entry({
    title: "wrong class of array",
    message: ({ name, dtype, wanted, given }) =>
      sentence("W303", { name: plainName(name), dtype, wanted: withArticle(wanted), given }),
    help: ({ wanted }) => `convert it once, for example with ${wanted}.from(values).`,
    explanation:
      "Feeds are copied into the program's memory as they are, without conversion: f32 takes Float32Array, f64 Float64Array, i32 Int32Array, u8 and bool Uint8Array.",
    example: "run({ tokens: Int32Array.from(tokens) })  // not run({ tokens: [1, 2, 3] })",
  }),
  W304: entry({
    title: "wrong shape",
    message: ({ name, type, given }) => `${name}: shapes differ: expected ${type}, got ${given}`,
    help: () => "feed an array of the shape the program was compiled for, or compile for other dims.",
    explanation: "A compiled program has fixed extents: symbolic dimensions were bound when it was compiled.",
    example: "compile(model, { dims: { B: 32 } })  // then image must be [32, 784], not { data, shape: [784, 32] }",
  }),
  W305: entry({
    title: "wrong number of elements",
    message: ({ name, type, wanted, given }) => `${name}: ${type} has ${wanted} elements, got ${given}`,
    help: () =>
      "feed as many elements as the shape has, row-major; a partial batch needs a program compiled for its size, or padding.",
    explanation: "A typed array without a shape is taken as the row-major elements of the whole tensor.",
    example: "new Float32Array(32 * 784)  // for f32[32, 784], not new Float32Array(31 * 784)",
  }),
  W306: entry({
    title: "an index is out of range",
    message: ({ name, position, index, range }) => `${name}: element ${position} is ${index}, outside 0..${range - 1}`,
    help: ({ range }) => `class and token indices count from 0 and must be below ${range}.`,
    explanation:
      "An input that chooses a class or a row of a table must name one that exists. The check happens where the array is fed, so that a wrong label can never read another tensor's memory.",
    example: "Int32Array.of(0, 9)  // for ten classes; 10 is outside, and wrong",
  }),
  W307: entry({
    title: "no such parameter",
    message: ({ name }) => `there is no parameter ${asGiven(name)}`,
    help: ({ name, known }) => {
      const nearest = nearestName(name, known);
      return nearest === undefined ? `the parameters are ${list(known)}.` : `did you mean ${JSON.stringify(nearest)}?`;
    },
    explanation: "Parameters are named by their path in the tree they were described with.",
    example: 'trainer.parameters.get("hidden.weight")  // not get("hidden.weights")',
  }),
  W308: entry({
    title: "no such entry point",
    message: ({ name }) => `there is no entry point ${asGiven(name)}`,
    help: ({ known }) => `the entry points are ${list(known)}.`,
    explanation:
      "A compiled model has the entry points it was described with: predict for a model; step, grads and predict for training.",
    example: 'executable.run("predict", { image })  // not run("forward", { image })',
  }),
  W309: entry({
    title: "parameters are missing",
    message: ({ missing }) => `restore: there is no value for ${list(missing)}`,
    help: () =>
      "restore what parameters.all() or a saved file of this model gives; { partial: true } keeps the others.",
    explanation:
      "Restoring takes all parameters or none, so that a file of another model never leaves a mixture of two. With partial: true the parameters that are not given keep their values.",
    example: "model.parameters.restore(tensors, { partial: true })  // not restore(tensors) where some are missing",
  }),
  W310: entry({
    title: "a bool that is neither 0 nor 1",
    message: ({ name, position, value }) => `${name}: element ${position} is ${value}, but a bool is 0 or 1`,
    help: () => "feed 0 for false and 1 for true: Uint8Array.from(mask, (each) => (each ? 1 : 0)).",
    explanation:
      "A bool is one byte that is 0 or 1; generated code relies on it, so another byte could mean true to one operation and false to the next.",
    example: "run({ mask: Uint8Array.of(0, 1, 1) })  // not Uint8Array.of(0, 1, 255)",
  }),
  W311: entry({
    title: "too much memory",
    message: ({ bytes }) =>
      `the program needs ${(bytes / 2 ** 30).toFixed(2)} GiB of memory; 32-bit addresses reach 4 GiB`,
    help: () => "compile for a smaller batch or shorter sequences.",
    explanation:
      "All weights and intermediate results of a program lie in one memory that is planned when the program is compiled.",
    example: "compile(model, { dims: { B: 8 } })  // not dims: { B: 1_000_000_000 }",
  }),
  W314: entry({
    title: "more memory than was allowed",
    message: ({ bytes, limit, regions }) =>
      `the program needs ${bytes} bytes of memory, and memoryLimit is ${limit} (${Object.entries(regions)
        .map(([name, size]) => `${name} ${size}`)
        .join(", ")})`,
    help: () => "compile for a smaller batch or shorter sequences, or allow more.",
    explanation:
      "All weights and intermediate results of a program lie in one memory, whose size is known when the program is planned, before any of it is allocated. `plannedMemory` says what a graph needs.",
    example: "compile(model, { dims: { B: 8 }, memoryLimit: 256 * 2 ** 20 })  // not memoryLimit: 1000",
  }),
  W315: entry({
    title: "no room for another memory",
    message: ({ bytes }) => `the engine has no room for another memory of ${bytes} bytes`,
    help: () =>
      'let go of compiled models that are no longer used, run several inputs through one of them, or compile with { backend: "closure" }.',
    explanation:
      "For each WebAssembly memory, however small, engines set aside gigabytes of addresses, so that accesses need no checks: some 13 000 memories are all that a process can hold at once. Those of models that nobody holds any more are found and used again, so compiling and letting go may be repeated for ever.",
    example:
      "const model = await compile(network);  // once, outside the loop\nfor (const image of images) model({ image });  // not for (const image of images) (await compile(network))({ image })",
  }),
  W316: entry({
    title: "a thread that does not come back",
    message: ({ seconds }) => `a thread has not done its part of the work for ${Math.round(seconds)} s`,
    help: () =>
      "run it again: from now on the model works on one thread, and its parameters may be those of half a step.",
    explanation:
      "Threads wait for one another at the end of each phase. One that was ended from outside, by whoever watches over memory for example, would be waited for without end, so the caller gives up, ends the others and works alone.",
    example: "const model = await compile(network, { threads: 4 });  // and then model.executable.threads says 1",
  }),
  W312: entry({
    title: "nothing to profile",
    message: () => "profile: the reference backend has no kernels",
    help: () => 'compile with { backend: "wasm" } or { backend: "closure" }.',
    explanation:
      "A profile says which kernels take the time. The reference evaluates the graph operation by operation in double precision, to be obviously right and not to be fast; there are no kernels in it.",
    example: 'compileSync(model, { backend: "wasm" }).profile({ image })  // not with backend: "reference"',
  }),
  W313: entry({
    title: "no such result",
    message: ({ name, entry: of }) => sentence("W313", { entry: of, name: plainName(name) }),
    help: ({ known }) => `the results are ${list(known)}.`,
    explanation:
      "`into` names results and gives each the array that it is to be written into; what it leaves out is not copied. A name that is not known is almost always a misspelt one.",
    example: "run({ image }, { into: { logits } })  // not { into: { logit } }",
  }),
};
