// The scopes of ops: every file of src/ir/ops is in one (test/ground/mutate-scopes.test.ts), a family at a time, with the tests of the family.
import type { Scope } from "./scope.ts";

const sources = (...names: readonly string[]): readonly string[] => names.map((name) => `src/ir/ops/${name}.ts`);

/** Tests of ops by name; every family is also held against random uses of its ops, what these reach, and what is refused. */
const tests = (...names: readonly string[]): readonly string[] =>
  [...names, "lowering", "random-uses", "refusals"].map((name) => `test/ir/ops/${name}.test.ts`);

/** Families of ops, by name. */
export const opScopes: Readonly<Record<string, Scope>> = {
  movement: { files: sources("movement"), tests: tests("movement") },
  reduction: { files: sources("reduction"), tests: tests("reduction") },
  elementwise: { files: sources("elementwise", "elements"), tests: tests("elementwise", "elements") },
  slicing: { files: sources("slicing", "concat"), tests: tests("slicing") },
  "dynamic-slicing": {
    files: sources("dynamic-slicing"),
    tests: tests("dynamic-slicing", "out-of-range", "kernel-outlines"),
  },
  indexing: { files: sources("indexing"), tests: tests("indexing", "out-of-range", "kernel-outlines") },
  "along-axis": { files: sources("along-axis"), tests: tests("along-axis", "out-of-range", "kernel-outlines") },
  leaves: { files: sources("leaf", "random", "gradient"), tests: tests("leaf", "random") },
  normalization: { files: sources("normalization", "loss"), tests: tests("normalization", "loss") },
  contraction: {
    files: sources("contraction", "matmul-attributes"),
    tests: [...tests("contraction", "window-lowering"), "test/errors/told-shapes.test.ts"],
  },
  "matmul-kernel": {
    files: sources("matmul-kernel", "register-tile", "loop-nest"),
    tests: tests("matmul-kernel", "kernel-outlines"),
  },
  windows: {
    files: sources("windows", "window-geometry", "window-lowering", "window-arbitraries"),
    tests: tests("windows", "window-lowering"),
  },
  pooling: {
    files: sources("pooling", "max-pooling", "max-pooling-kernel", "average-pooling", "pooling-windows"),
    tests: [...tests("pooling", "window-lowering", "kernel-outlines"), "test/ir/functions/pooling.test.ts"],
  },
  convolution: {
    files: sources("convolution", "convolution-attributes", "convolution-input-gradient", "convolution-typing"),
    tests: tests("convolution", "window-lowering"),
  },
  "convolution-kernels": {
    files: sources(
      "convolution-kernel",
      "image-columns",
      "padded-planes",
      "{column,direct,depthwise,plain}-convolution",
    ),
    tests: tests("convolution-kernels", "window-lowering", "kernel-outlines"),
  },
  "weight-gradients": {
    files: sources("weight-gradient-kernel", "column-weight-gradient"),
    tests: tests("convolution-kernels", "window-lowering", "kernel-outlines"),
  },
  winograd: { files: sources("winograd-convolution"), tests: tests("winograd-convolution", "kernel-outlines") },
  "attention-op": {
    files: sources("attention", "attention-{arbitrary,meaning,parts,typing}"),
    tests: [...tests("attention", "attention-edges"), "test/ir/functions/attention-meaning.test.ts"],
  },
  "attention-kernels": {
    files: sources("attention-{kernel,band,block,blocks,row,rows,tiles}"),
    tests: tests("attention-edges", "attention-backends", "kernel-outlines"),
  },
  "attention-gradients": {
    files: sources("attention-gradients", "attention-gradient-{blocks,passes,rows,sums}"),
    tests: tests("attention-edges", "attention-backends", "kernel-outlines"),
  },
  "recurrence-op": {
    files: sources("recurrence", "recurrence-gradients", "recurrence-parts"),
    tests: [...tests(), "test/ir/functions/recurrence.test.ts", "test/passes/recurrence.test.ts"],
  },
  calling: {
    files: sources("calling", "body"),
    tests: [...tests(), "test/ir/functions/{custom-gradient,define}.test.ts"],
  },
  typing: {
    files: sources("typing", "operand-types", "attributes", "op", "index", "instances"),
    tests: tests("typing", "movement", "reduction", "slicing"),
  },
};
