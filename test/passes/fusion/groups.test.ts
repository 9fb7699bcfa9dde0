// Which groups fusion makes of small graphs, node by node: where kernels are cut, in which order they run, what they leave in memory.
import { describe, expect, test } from "vitest";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { functionOf } from "../../../src/ir/graph/print-node.ts";
import type { CoreOp } from "../../../src/ir/ops/index.ts";
import { parseGraph } from "../../../src/ir/text/index.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { fuseElementwise } from "../../../src/passes/fuse-elementwise.ts";
import type { FusedGraph } from "../../../src/passes/fused-graph.ts";
import { graphOf } from "../support.ts";

/** Groups with their members, how many results they leave, and whether one brings kernels of its own; steps below them. */
const described = ({ graph, entries }: FusedGraph, indent = ""): readonly string[] =>
  entries.flatMap(({ groups }) =>
    groups.flatMap(({ members, outputs, anchor, step }) => {
      const names = [...members].map((id) => {
        const node = graph.nodes.get(id);
        return node === undefined ? "?" : (functionOf(node) ?? node.op);
      });
      const own = anchor === undefined ? "" : " (anchor)";
      const steps = step === undefined ? [] : described(step, `${indent}  `);
      return [`${indent}${names.join(" ")} -> ${outputs.length}${own}`, ...steps];
    }),
  );

// Only core ops stand in the texts of this file.
const fused = (graph: Graph): FusedGraph => fuseElementwise.run(graph as Graph<CoreOp>);

const groupsOf = (lines: string): readonly string[] => described(fused(parseGraph(`graph @g${lines}`)));

const sizesIn = (describeIt: (x: Tensor) => Readonly<Record<string, Tensor>>): readonly number[] =>
  fused(graphOf((trace) => describeIt(trace.input("x", { dtype: "f32", shape: [4] })))).entries.flatMap(({ groups }) =>
    groups.map(({ members }) => members.size),
  );

const sizesOf = (describeIt: (x: Tensor) => Tensor): readonly number[] => sizesIn((x) => ({ y: describeIt(x) }));

describe("what is computed where it is read", () => {
  test.each([
    ["up to two readings of an element are not worth memory", 2, ["exp add -> 1"]],
    ["more are", 3, ["exp -> 1", "add -> 1"]],
  ])("%s", (_, rows, groups) => {
    expect(
      groupsOf(`(%x: f32[8], %z: f32[${rows}, 8]) {
        %0 = unary %x {fn = exp} : f32[8]
        %1 = broadcast %0 : f32[${rows}, 8]
        %2 = binary %1, %z {fn = add} : f32[${rows}, 8]
        entry @main(y = %2)
      }`),
    ).toEqual(groups);
  });

  test("a repetition counts through movements behind it", () => {
    expect(
      groupsOf(`(%x: f32[8], %z: f32[8, 3]) {
        %0 = unary %x {fn = exp} : f32[8]
        %1 = broadcast %0 : f32[3, 8]
        %2 = transpose %1 {permutation = [1, 0]} : f32[8, 3]
        %3 = binary %2, %z {fn = add} : f32[8, 3]
        entry @main(y = %3)
      }`),
    ).toEqual(["exp -> 1", "add -> 1"]);
  });

  test("two readers in one kernel share a value, in two kernels it lies in memory", () => {
    const graph = (last: string): readonly string[] =>
      groupsOf(`(%x: f32[4, 4]) {
        %0 = unary %x {fn = exp} : f32[4, 4]
        %1 = unary %0 {fn = neg} : f32[4, 4]
        %2 = unary %0 {fn = tanh} : f32[4, 4]
        ${last}
      }`);
    expect(
      graph(`%3 = binary %1, %2 {fn = add} : f32[4, 4]
        entry @main(y = %3)`),
    ).toEqual(["exp neg tanh add -> 1"]);
    expect(
      graph(`%3 = reduce %1 {axes = [0], fn = sum, keepDims = false} : f32[4]
        %4 = reduce %2 {axes = [1], fn = sum, keepDims = false} : f32[4]
        entry @main(y = %3, z = %4)`),
    ).toEqual(["exp -> 1", "neg sum -> 1", "tanh sum -> 1"]);
  });

  test("pieces that are joined themselves are joined first", () => {
    expect(
      groupsOf(`(%a: f32[2, 3], %b: f32[2, 3], %c: f32[4, 3]) {
        %0 = concat %a, %b {axis = 0} : f32[4, 3]
        %1 = concat %0, %c {axis = 1} : f32[4, 6]
        %2 = unary %1 {fn = exp} : f32[4, 6]
        entry @main(y = %2)
      }`),
    ).toEqual(["concat -> 1", "exp -> 1"]);
  });
});

describe("kernels are cut", () => {
  const chain = (length: number, x: Tensor): Tensor => {
    let y = x;
    for (let at = 0; at < length; at++) y = at % 2 === 0 ? y.exp() : y.tanh();
    return y;
  };

  test("where a member is 48 steps from what the root reads, and pieces follow one another up to 96", () => {
    expect(sizesOf((x) => chain(49, x))).toEqual([49]);
    expect(sizesOf((x) => chain(96, x))).toEqual([96]);
    expect(sizesOf((x) => chain(97, x))).toEqual([48, 49]);
    expect(sizesOf((x) => chain(150, x))).toEqual([52, 49, 49]);
  });

  test("at a third of 96 members where they would have more", () => {
    // Three members in two steps, each counted for the first that reads it: 33 of them after eleven.
    const branch = (x: Tensor, steps: number): Tensor => {
      let y = x;
      for (let at = 0; at < steps; at++) y = y.exp().add(y.tanh());
      return y;
    };
    expect(sizesOf((x) => branch(x, 15).mul(branch(x.neg(), 16)))).toEqual([95]);
    expect(sizesOf((x) => branch(x, 16).mul(branch(x.neg(), 16)))).toEqual([34, 33 + 31]);
    expect(sizesOf((x) => branch(x, 23).mul(branch(x.neg(), 23)))).toEqual([34 + 33, 33 + 33 + 7]);
    // What is in memory anyway counts for nobody.
    const both = (x: Tensor) => ({ x, y: branch(x, 16).mul(branch(x.neg(), 16)) });
    expect(sizesIn((x) => both(chain(20, x)))).toEqual([20 + 33 + 34, 31]);
  });
});

describe("what follows", () => {
  const following = (last: string, reading = "%0, %1"): readonly string[] =>
    groupsOf(`(%x: f32[4, 4], %z: f32[4, 4]) {
      %0 = unary %z {fn = exp} : f32[4, 4]
      %1 = matmul %x, %z {transposeA = false, transposeB = false} : f32[4, 4]
      %2 = binary ${reading} {fn = add} : f32[4, 4]
      ${last}
    }`);

  test("goes to a product before it goes to an elementwise kernel", () => {
    expect(following("entry @main(e = %0, y = %2)")).toEqual(["exp -> 1", "matmul add -> 1 (anchor)"]);
  });

  test("a reduction is a loop of its own, which no product takes", () => {
    expect(
      following(`%3 = reduce %2 {axes = [1], fn = sum, keepDims = true} : f32[4, 1]
        entry @main(e = %0, s = %3)`),
    ).toEqual(["exp -> 1", "matmul -> 1 (anchor)", "add sum -> 1"]);
  });

  test("what a product makes and reads elsewhere keeps the follower apart, whichever is seen first", () => {
    const transposed = (reading: string): readonly string[] =>
      groupsOf(`(%x: f32[4, 4], %z: f32[4, 4]) {
        %0 = matmul %x, %z {transposeA = false, transposeB = false} : f32[4, 4]
        %1 = transpose %0 {permutation = [1, 0]} : f32[4, 4]
        %2 = binary ${reading} {fn = add} : f32[4, 4]
        entry @main(y = %2)
      }`);
    expect(transposed("%0, %1")).toEqual(["matmul -> 1 (anchor)", "add -> 1"]);
    expect(transposed("%1, %0")).toEqual(["matmul -> 1 (anchor)", "add -> 1"]);
  });

  test("of another shape, of several results or step by step, nothing is computed where it is left", () => {
    expect(
      groupsOf(`(%x: f32[2, 3], %z: f32[4, 3]) {
        %0 = unary %x {fn = exp} : f32[2, 3]
        %1 = unary %z {fn = tanh} : f32[4, 3]
        %2 = concat %0, %0 {axis = 0} : f32[4, 3]
        %3 = binary %1, %2 {fn = add} : f32[4, 3]
        entry @main(e = %0, t = %1, y = %3)
      }`),
    ).toEqual(["exp -> 1", "tanh add -> 2"]);
  });
});

describe("the order of kernels", () => {
  test("updates of parameters come last, but for those that another kernel reads", () => {
    const step = (entry: string): readonly string[] =>
      groupsOf(`(%x: f32[4]) {
        %p = parameter {name = "p"} : f32[4]
        %q = parameter {name = "q"} : f32[4]
        %0 = unary %p {fn = exp} : f32[4]
        %1 = unary %q {fn = tanh} : f32[4]
        %2 = unary %x {fn = neg} : f32[4]
        %3 = reduce %1 {axes = [0], fn = sum, keepDims = false} : f32[]
        ${entry}
      }`);
    expect(step("entry @main(y = %2) updates(p = %0, q = %1)")).toEqual(["neg -> 1", "exp -> 1", "tanh -> 1"]);
    expect(step("entry @main(y = %2, s = %3) updates(p = %0, q = %1)")).toEqual([
      "tanh -> 1",
      "neg -> 1",
      "sum -> 1",
      "exp -> 1",
    ]);
    expect(step("entry @main(y = %2, e = %0) updates(p = %0, q = %1)")).toEqual(["exp -> 1", "neg -> 1", "tanh -> 1"]);
  });
});

describe("recurrences", () => {
  test("have a step that computes what is wanted, and nothing follows them", () => {
    expect(
      groupsOf(`(%s: f32[2], %t: f32[2], %x: f32[3, 2]) {
        %0, %1, %2, %3 = scan %s, %t, %x {body = (%h: f32[2], %k: f32[2], %x: f32[2]) {
          %0 = binary %h, %x {fn = add} : f32[2]
          %1 = binary %k, %0 {fn = sub} : f32[2]
          %2 = unary %1 {fn = exp} : f32[2]
          %3 = unary %0 {fn = tanh} : f32[2]
          yield %0, %1, %2, %3
        }, carried = 2, sequences = 1, length = 3} : f32[2], f32[2], f32[3, 2], f32[3, 2]
        %4 = unary %2 {fn = neg} : f32[3, 2]
        entry @main(y = %4)
      }`),
    ).toEqual(["scan -> 1 (anchor)", "  add sub exp -> 3", "neg -> 1"]);
  });
});
