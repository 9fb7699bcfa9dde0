// Ops: typing, derivative, lowering and kernels.
import type { Scope } from "./scope.ts";

/** The file of an op and its tests, which have its name, beside those of all lowerings. */
const op = (name: string): Scope => ({
  files: [`src/ir/ops/${name}.ts`],
  tests: [`test/ir/ops/${name}.test.ts`, "test/ir/ops/lowering.test.ts"],
});

export const opScopes: Readonly<Record<string, Scope>> = {
  movement: op("movement"),
  reduction: op("reduction"),
  elementwise: op("elementwise"),
  slicing: op("slicing"),
  "dynamic-slicing": op("dynamic-slicing"),
  indexing: op("indexing"),
  normalization: op("normalization"),
  "along-axis": op("along-axis"),
  random: op("random"),
  loss: op("loss"),
  contraction: {
    files: ["src/ir/ops/{contraction,matmul-kernel,matmul-attributes,register-tile}.ts"],
    tests: ["test/ir/ops/{contraction,lowering}.test.ts"],
  },
  convolution: {
    files: [
      "src/ir/ops/{convolution,convolution-*,plain-convolution,direct-convolution,depthwise-convolution}.ts",
      "src/ir/ops/{winograd-convolution,column-convolution,column-weight-gradient,weight-gradient-kernel}.ts",
      "src/ir/ops/{image-columns,padded-planes}.ts",
    ],
    tests: ["test/ir/ops/{convolution,convolution-kernels,winograd-convolution,lowering}.test.ts"],
  },
  windows: {
    files: ["src/ir/ops/{windows,window-*,pooling,pooling-windows,max-pooling,max-pooling-kernel,average-pooling}.ts"],
    tests: ["test/ir/ops/{windows,window-lowering,pooling,lowering}.test.ts"],
  },
  "attention-op": {
    files: ["src/ir/ops/{attention,attention-*}.ts"],
    tests: ["test/ir/ops/{attention,attention-backends,attention-edges,lowering}.test.ts"],
  },
  "recurrence-op": {
    files: ["src/ir/ops/{recurrence,recurrence-*}.ts"],
    tests: ["test/ir/functions/recurrence.test.ts", "test/ir/ops/lowering.test.ts"],
  },
  definitions: {
    files: [
      "src/ir/ops/{op,index,typing,attributes,operand-types,instances,gradient,leaf,elements,body,calling,concat,loop-nest}.ts",
    ],
    tests: ["test/ir/ops/{typing,leaf,elements,lowering,slicing}.test.ts"],
  },
};
