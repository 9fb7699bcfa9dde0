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
    tests: tests("dynamic-slicing", "out-of-range", "kernel-outlines", "kernel-meanings"),
  },
  indexing: {
    files: sources("indexing"),
    tests: tests("indexing", "out-of-range", "kernel-outlines", "kernel-meanings"),
  },
  "along-axis": {
    files: sources("along-axis"),
    tests: tests("along-axis", "out-of-range", "kernel-outlines", "kernel-meanings"),
  },
  leaves: { files: sources("leaf", "random", "gradient"), tests: tests("leaf", "random") },
  normalization: { files: sources("normalization", "loss"), tests: tests("normalization", "loss") },
  contraction: {
    files: sources("contraction", "matmul-attributes"),
    tests: [...tests("contraction", "window-lowering"), "test/errors/told-shapes.test.ts"],
  },
  "matmul-kernel": {
    files: sources("matmul-kernel", "register-tile", "loop-nest"),
    tests: tests("kernel-outlines", "kernel-meanings", "matmul-kernel"),
  },
  windows: {
    files: sources("windows", "window-geometry", "window-lowering", "window-arbitraries"),
    tests: tests("windows", "window-lowering"),
  },
  pooling: {
    files: sources("pooling", "max-pooling", "max-pooling-kernel", "average-pooling", "pooling-windows"),
    tests: [
      ...tests("kernel-outlines", "kernel-meanings", "pooling", "window-lowering"),
      "test/ir/functions/pooling.test.ts",
    ],
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
    tests: tests("kernel-outlines", "kernel-meanings", "window-lowering", "convolution-kernels"),
  },
  "weight-gradients": {
    files: sources("weight-gradient-kernel", "column-weight-gradient"),
    tests: tests("kernel-outlines", "kernel-meanings", "window-lowering", "convolution-kernels"),
  },
  winograd: {
    files: sources("winograd-convolution"),
    tests: tests("kernel-outlines", "kernel-meanings", "winograd-convolution"),
  },
  "attention-op": {
    files: sources("attention", "attention-{arbitrary,meaning,parts,typing}"),
    tests: [...tests("attention", "attention-edges"), "test/ir/functions/attention-meaning.test.ts"],
  },
  "attention-band": { files: sources("attention-band"), tests: tests("attention-band", "attention-edges") },
  "attention-kernels": {
    files: sources("attention-{kernel,block,blocks,row,rows,tiles}"),
    tests: tests("kernel-outlines", "attention-edges", "attention-backends"),
  },
  "attention-gradients": {
    files: sources("attention-gradients", "attention-gradient-{blocks,passes,rows,sums}"),
    tests: tests("kernel-outlines", "attention-edges", "attention-backends"),
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
