// Methods of tensors are sugar: the same types and the same sentences as the functions, which test/types/agreement draws. Here: that
// none is left out, that a mistake is told once however long the chain behind it, and what the chain costs.
import { expect, test } from "vitest";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { methodNames } from "./agreement/families/methods.ts";
import { sentenceOf, typeCheck } from "./type-check-program.ts";

const header = `
import * as f from "@/src/ir/functions/index.ts";
import type { Tensor } from "@/src/ir/types/tensor.ts";
declare const x: Tensor<["B", 128, 768], "f32">;
declare const w: Tensor<[768, 768], "f32">;
declare const narrow: Tensor<[512, 768], "f32">;
declare const b: Tensor<[768], "f32">;
`;

test("every method is drawn, but those that derivative rules alone use", () => {
  const tensor = traceOver(graphBuilder()).input("x", { dtype: "f32", shape: ["B"] });
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(tensor));
  const internal = ["constructor", "binary", "compare", "sumTo"];
  expect(methods.filter((name) => !internal.includes(name)).sort()).toEqual([...methodNames].sort());
});

const sentence = "W203: matmul: inner dimensions differ: 768 vs 512 (f32[B, 128, 768] x f32[512, 768])";

test.each([
  [
    "functions",
    "f.cast(f.exp(f.softmax(f.sum(f.mul(f.transpose(f.relu(f.add(f.gelu(f.matmul(x, narrow)), b)), [0, 2, 1]), x), { axes: [9] }), 8)), 'i32');",
  ],
  [
    "methods",
    "x.matmul(narrow).gelu().add(b).relu().transpose([0, 2, 1]).mul(x).sum({ axes: [4] }).exp().softmax(7).pow(b);",
  ],
  [
    "element types",
    "const y = f.exp(f.cast(x, 'i32')); f.log(y).sqrt().add(x).matmul(w).sigmoid().tanh().mul(f.cast(x, 'bool'));",
  ],
])("after a mistake nothing is known: ten %s behind one give one error", (name, chain) => {
  const { errors } = typeCheck(`${header}${chain}`);
  expect(errors.map(({ message }) => sentenceOf(message))).toEqual([
    name === "element types" ? "W204: exp: not defined for i32: takes f32, f64 (i32[B, 128, 768])" : sentence,
  ]);
});

test("what is unknown flows through everything", () => {
  const { errors } = typeCheck(`${header}
declare const unknown: Tensor;
declare const extents: number[];
declare const extent: number;
declare const name: string;
declare const either: 768 | 512;
declare const axis: number;
declare const open: Tensor<["B", number, string], "f32">;
f.matmul(f.add(f.reshape(x, extents), x), w);
unknown.matmul(w).add(b).reshape(["B", -1]).transpose([1, 0]).softmax().concat([unknown], 1).slice([{ end: 1 }]);
open.add(x).matmul(w).reshape([extent, name]).sum({ axes: [axis] });
f.sum(x, { axes: extents });
f.concat([open, x], 1);
f.stack([unknown, x]);
f.chunk(open, 3, 1);
f.split(open, [1, 2], -1);
f.splitHeads(open, 4);
f.gather(unknown, f.iota([extent]), axis);
const chosen: Tensor<["B", typeof either], "f32"> = f.constant(0, ["B", either]);
f.add(f.matmul(chosen, f.constant(0, [256, 3])), 1);
f.add(chosen, f.constant(0, [256]));
`);
  expect(errors).toEqual([]);
});

test("a chain of methods costs what functions do: at most 200 instantiations for each", () => {
  const dims = Array.from({ length: 50 }, (_, at) => 64 + (at % 6) * 32);
  const weights = (at: number): string => `null as unknown as Tensor<[${dims[at]}, ${dims[at + 1] ?? 64}], "f32">`;
  const functions = dims.reduce((inner, _, at) => `f.relu(f.add(f.matmul(${inner}, ${weights(at)}), 1))`, "start");
  const methods = dims.reduce((inner, _, at) => `${inner}.matmul(${weights(at)}).add(1).relu()`, "start");
  const start = `${header}declare const start: Tensor<["B", 64], "f32">;`;
  const base = typeCheck(`${start}export {};`).instantiations;
  for (const chain of [functions, methods]) {
    const { errors, instantiations } = typeCheck(`${start}export const end: Tensor<["B", 64], "f32"> = ${chain};`);
    expect(errors).toEqual([]);
    expect((instantiations - base) / 150).toBeLessThan(200);
  }
});
