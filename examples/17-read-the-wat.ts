// What the compiler makes of relu(x W + b): one kernel, whose loops hold the matrix product, the bias and the relu. It is
// printed as the loop program that all backends share, and as the WebAssembly generated from it.
import { strict as assert } from "node:assert";
import { generate } from "../src/codegen/index.ts";
import { compileSync, defineModel, printKernel, relu, spec } from "../src/index.ts";
import { printGraph } from "../src/ir/text/index.ts";
import { linear } from "../src/nn/index.ts";

const model = defineModel({
  name: "layer",
  params: { dense: linear(64, 8) },
  inputs: { x: spec("f32", [32, 64]) },
  forward: (p, { x }) => ({ y: relu(p.dense(x)) }),
});

const compiled = compileSync(model);
console.log("// the graph as described");
console.log(printGraph(compiled.compiled.graph));

// The kernel that does the work is the longest: the other one packs the weights.
const kernels = [...compiled.program.kernels.values()].map((kernel) => ({
  name: kernel.name,
  text: printKernel(kernel),
}));
const { name, text } = kernels.reduce((longest, each) => (each.text.length > longest.text.length ? each : longest));
console.log(`// the loops of ${name}`);
console.log(text);

const wat = generate(compiled).find((file) => file.name === "layer.wat")?.contents;
if (typeof wat !== "string") throw new Error("generate writes layer.wat");
const functions = wat.split("\n\n").filter((part) => part.includes(`(func $${name}`));
assert.equal(functions.length, 1);
console.log(`;; the same as WebAssembly`);
console.log(functions.join("\n\n"));
console.log(`kernels: ${kernels.map((kernel) => kernel.name).join(", ")}`);
