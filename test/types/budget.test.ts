// What shapes in types cost: the number of type instantiations, which does not depend on the machine. A model must stay cheap
// enough that nobody thinks of switching the shapes off.
import { expect, test } from "vitest";
import { typeCheck } from "./type-check-program.ts";

const imports = `
import { add, crossEntropy, define, flatten, matmul, maxPool2d, mul, relu, reshape, sum } from "@/src/ir/functions/index.ts";
import type { Tensor } from "@/src/ir/types/tensor.ts";
import { defineModel, spec } from "@/src/model/model.ts";
import { conv2d, linear } from "@/src/nn/index.ts";
`;

const lenet = `
export const lenet = defineModel({
  name: "lenet",
  params: { conv1: conv2d(1, 6, 5, { padding: 2 }), conv2: conv2d(6, 16, 5), hidden: linear(400, 120), middle: linear(120, 84), output: linear(84, 10) },
  inputs: { image: spec("f32", ["B", 1, 28, 28]), label: spec("i32", ["B"]) },
  forward: (p, { image, label }) => {
    const edges = maxPool2d(relu(p.conv1(image)), 2);
    const shapes = maxPool2d(relu(p.conv2(edges)), 2);
    const logits = p.output(relu(p.middle(relu(p.hidden(flatten(shapes))))));
    return { logits, loss: crossEntropy(logits, label) };
  },
});
`;

/** A hundred dependent operations over six widths. */
const chain = [
  "declare const start: Tensor<['B', 'T', 64], 'f32'>;",
  "declare const weight: <const I extends number, const O extends number>(i: I, o: O) => Tensor<[I, O], 'f32'>;",
  "const x0 = start;",
  ...Array.from({ length: 25 }, (_, at) => {
    const [width, next] = [64 + (at % 6) * 32, 64 + ((at + 1) % 6) * 32];
    return `const a${at} = matmul(x${at}, weight(${width}, ${next})); const b${at} = add(relu(a${at}), 1); const c${at} = mul(b${at}, a${at}); const x${at + 1} = reshape(reshape(c${at}, [-1, ${next}]), ["B", "T", ${next}]);`;
  }),
  "export const end = sum(x25);",
].join("\n");

/** A function by name, and eleven calls of it at different widths. */
const named = [
  "declare const given: <const S extends readonly (number | string)[]>(...shape: S) => Tensor<[...S], 'f32'>;",
  'const mlp = define("mlp", { x: ["f32", "B", "D"], up: ["f32", "D", "F"], down: ["f32", "F", "D"] }, ({ x, up, down }) => add(x, matmul(relu(matmul(x, up)), down)));',
  ...Array.from({ length: 11 }, (_, at) => {
    const [width, inner] = [64 + at, 256 + at];
    return `export const y${at} = mlp({ x: given("B", ${width}), up: given(${width}, ${inner}), down: given(${inner}, ${width}) });`;
  }),
].join("\n");

/** Instantiations beyond those of the imports. */
const base = typeCheck(`${imports}export {};`).instantiations;

test.each([
  ["a LeNet with its loss", lenet, 12_000],
  ["125 operations over six widths", chain, 18_000],
  ["a function by name and eleven calls", named, 20_000],
])("%s", (_, program, budget) => {
  const { errors, instantiations } = typeCheck(imports + program);
  expect(errors).toEqual([]);
  expect(instantiations - base).toBeLessThan(budget);
});
