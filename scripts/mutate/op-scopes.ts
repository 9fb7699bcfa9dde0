// The scopes of ops, a family at a time, with the tests of the family: quick ones first.
import type { Scope } from "./scope.ts";

const sources = (...names: readonly string[]): readonly string[] => names.map((name) => `src/ir/ops/${name}.ts`);

const files = (...names: readonly string[]): readonly string[] => names.map((name) => `test/ir/ops/${name}.test.ts`);

/** Tests of ops by name; every family is also held against random uses of its ops, what these reach, and what is refused. */
const tests = (...names: readonly string[]): readonly string[] =>
  files(...names, "refusals", "random-uses", "lowering");

/** Tests of kernels by themselves: what they are made of and what they mean. On every backend they are run by tests that take minutes. */
const kernelTests = (...names: readonly string[]): readonly string[] =>
  files("kernel-outlines", "kernel-meanings", ...names);

/** What refused uses are told. */
const sentences: readonly string[] = ["test/errors/{told-shapes,told-network-shapes,windows}.test.ts"];

/** Families of ops, by name. */
export const opScopes: Readonly<Record<string, Scope>> = {
  movement: { files: sources("movement"), tests: tests("movement") },
  reduction: { files: sources("reduction"), tests: tests("reduction", "kernel-outlines") },
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
    tests: [...tests("contraction"), ...files("window-lowering"), ...sentences],
  },
  "matmul-kernel": {
    files: sources("matmul-{kernel,packing}", "register-tile", "loop-nest"),
    tests: kernelTests("matmul-kernel", "matmul-tiles"),
  },
  windows: {
    files: sources("windows", "window-{geometry,lowering,arbitraries}"),
    tests: [...tests("windows"), ...files("window-lowering"), ...sentences],
  },
  pooling: {
    files: sources("pooling", "pooling-windows", "average-pooling", "max-pooling"),
    tests: [...tests("pooling"), ...files("window-lowering"), "test/ir/functions/pooling.test.ts"],
  },
  "pooling-kernels": { files: sources("max-pooling-kernel"), tests: kernelTests("pooling", "window-lowering") },
  convolution: {
    files: sources("convolution", "convolution-{attributes,input-gradient,typing}"),
    tests: [...tests("convolution"), ...files("window-lowering"), ...sentences],
  },
  "convolution-kernels": {
    files: sources(
      "convolution-kernel",
      "image-columns",
      "padded-planes",
      "{column,direct,depthwise,plain}-convolution",
    ),
    tests: kernelTests("window-lowering"),
  },
  "weight-gradients": {
    files: sources("weight-gradient-kernel", "column-weight-gradient"),
    tests: kernelTests("window-lowering"),
  },
  winograd: { files: sources("winograd-convolution"), tests: kernelTests("winograd-convolution") },
  "attention-op": {
    files: sources("attention", "attention-{arbitrary,gradients,meaning,typing}"),
    tests: [...tests("attention"), "test/ir/functions/attention-meaning.test.ts"],
  },
  "attention-band": { files: sources("attention-band"), tests: files("attention-band", "attention-edges") },
  "attention-kernels": {
    files: sources("attention-{kernel,block,blocks,parts,row,rows,tiles}"),
    tests: kernelTests("attention-tiles", "attention"),
  },
  "attention-gradients": {
    files: sources("attention-gradient-{blocks,passes,rows,sums}"),
    tests: kernelTests("attention"),
  },
  "recurrence-op": {
    files: sources("recurrence", "recurrence-{gradients,parts}"),
    tests: [...tests("recurrence"), "test/ir/functions/recurrence.test.ts", "test/passes/recurrence.test.ts"],
  },
  calling: {
    files: sources("calling", "body"),
    tests: [...tests("calling"), "test/ir/functions/{custom-gradient,define}.test.ts"],
  },
  typing: {
    files: sources("typing", "operand-types", "attributes", "op", "index", "instances", "arbitrary"),
    tests: tests("typing", "movement", "reduction", "slicing"),
  },
};
