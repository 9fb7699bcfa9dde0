// A process that runs a model on two threads and does not end them: it must end by itself, with nothing but the results printed.
import { availableParallelism } from "node:os";
import { compile, compileSync, defineModel, matmul, spec } from "../../src/index.ts";

const product = defineModel({
  name: "product",
  params: {},
  inputs: { a: spec("f32", [128, 128]), b: spec("f32", [128, 128]) },
  forward: (_, { a, b }) => ({ c: matmul(a, b) }),
});
const a = Float32Array.from({ length: 128 * 128 }, (_, at) => (at % 7) - 3);
const b = Float32Array.from({ length: 128 * 128 }, (_, at) => (at % 5) - 2);

const two = await compile(product, { threads: 2 });
const atOnce = compileSync(product, { threads: 2 });
const results = [two, two, atOnce, compileSync(product)].map((run) => run({ a, b }).c.data.join());
const asExpected = two.executable.threads === Math.min(2, availableParallelism());
console.log(asExpected, new Set(results).size);
