// Functions with a derivative of their own: what they mean, that the derivative is the one that was given, to any order and
// wherever they stand, and that nothing of them is in the way of passes.
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { compileGraph } from "../../../src/compile/compile-graph.ts";
import {
  add,
  attention,
  cast,
  constant,
  customGradient,
  div,
  exp,
  gather,
  log,
  matmul,
  mul,
  round,
  scan,
  sigmoid,
  softmax,
  stopGradient,
  sub,
  tanh,
  transpose,
} from "../../../src/ir/functions/index.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";
import { printGraph } from "../../../src/ir/text/print.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import type { Dims, Tensor } from "../../../src/ir/types/tensor.ts";
import { inlineCalls } from "../../../src/passes/decompose.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { runPasses } from "../../../src/passes/manager.ts";
import { standard } from "../../../src/passes/pipelines.ts";
import { bindSymbols } from "../../../src/passes/specialize.ts";
import { graphOf, opsOf } from "../../passes/support.ts";
import { array } from "../../support/op-meaning.ts";

type Vector = Tensor<readonly [3], "f64">;

const swish = customGradient<<S extends Dims>(x: Tensor<S, "f64">) => Tensor<S, "f64">>({
  name: "swish",
  forward: (x) => mul(x, sigmoid(x)),
  gradient: ({ operands: [x], results: [y], cotangents: [c] }) => [
    mul(c, add(y, mul(sigmoid(x), sub(constant(1, [], "f64"), y)))),
  ],
});

/** What the body says, left to the rules of its ops. */
const plainSwish = (x: Vector) => mul(x, sigmoid(x));

/** Rounds, and lets the gradient through as if it had not; three times of it, so that it shows. */
const straightThrough = customGradient({
  name: "round",
  forward: (x: Vector) => round(x),
  gradient: ({ cotangents: [c] }) => [mul(c, 3)],
});

const input = (shape: readonly number[] = [3]) => ({ dtype: "f64" as const, shape });

const outputsOf = (graph: Graph, feeds: Readonly<Record<string, NdArray>>) => {
  const { outputs } = evaluateEntry(graph, "main", feeds);
  return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]]));
};

const expectClose = (actual: readonly number[] | undefined, wanted: readonly number[] | undefined): void => {
  expect(actual).toHaveLength(wanted?.length ?? -1);
  actual?.forEach((value, at) => expect(value).toBeCloseTo(wanted?.[at] ?? Number.NaN, 11));
};

const x = array([3], [0.3, -1.2, 2.5]);

describe("customGradient", () => {
  test("means what its body means, and has the gradient that was given, whatever the slope of the body", () => {
    const graph = graphOf((trace) => {
      const operand = trace.input("x", input()) as Vector;
      const y = straightThrough(operand);
      const [byX] = differentiate(mul(y, y).sum(), [operand]);
      return { y, byX };
    });
    const found = outputsOf(graph, { x });
    expect(found["y"]).toEqual([0, -1, 2]);
    // 3 c with c = 2 y.
    expect(found["byX"]).toEqual([0, -6, 12]);
  });

  test("has the first three derivatives of its body where its own are right", () => {
    const derivatives = (fn: (operand: Vector) => Tensor) =>
      graphOf((trace) => {
        const operand = trace.input("x", input()) as Vector;
        const [first] = differentiate(fn(operand).mul(fn(operand)).sum(), [operand]);
        const [second] = differentiate(first.mul(first.tanh()).sum(), [operand]);
        const [third] = differentiate(second.mul(second).sum(), [operand]);
        return { first, second, third };
      });
    const [own, plain] = [derivatives(swish), derivatives(plainSwish)].map((graph) => outputsOf(graph, { x }));
    for (const order of ["first", "second", "third"]) expectClose(own?.[order], plain?.[order]);
  });

  test("takes several operands and gives several results, of which some are not used", () => {
    const polar = customGradient({
      name: "polar",
      forward: (a: Vector, b: Vector) => [mul(a, b), exp(sub(a, b)), add(a, 1)] as const,
      gradient: ({ operands: [a, b], results: [, ratio], cotangents: [c, d, e] }) => {
        const flow = mul(d, ratio);
        return [add(add(mul(c, b), flow), e), sub(mul(c, a), flow)];
      },
    });
    const gradients = (fn: (a: Vector, b: Vector) => readonly Tensor[]) =>
      graphOf((trace) => {
        const [a, b] = [trace.input("a", input()) as Vector, trace.input("b", input()) as Vector];
        const [product, ratio] = fn(a, b);
        if (product === undefined || ratio === undefined) throw new Error("two results");
        const [byA, byB] = differentiate(product.mul(2).add(ratio).sum(), [a, b]);
        return { byA, byB };
      });
    const feeds = { a: x, b: array([3], [1, 2, -0.5]) };
    const plain = gradients((a, b) => [mul(a, b), exp(sub(a, b))]);
    const [found, wanted] = [outputsOf(gradients(polar), feeds), outputsOf(plain, feeds)];
    for (const name of ["byA", "byB"]) expectClose(found[name], wanted[name]);
  });

  test("gives whole numbers and masks nothing, and where it says null nothing either", () => {
    const scaledRows = customGradient({
      name: "scaled rows",
      forward: (table: Vector, rows: Tensor<readonly [2], "i32">, scale: Tensor<readonly [2], "f64">) =>
        mul(gather(table, rows), scale),
      gradient: ({ operands: [table, rows, scale], cotangents: [c] }) => [
        c.mul(scale).scatterAdd(rows, table.shape[0]),
        null,
        null,
      ],
    });
    const graph = graphOf((trace) => {
      const table = trace.input("table", input()) as Vector;
      const rows = trace.input("rows", { dtype: "i32", shape: [2] }) as Tensor<readonly [2], "i32">;
      const scale = trace.input("scale", input([2])) as Tensor<readonly [2], "f64">;
      const [byTable, byScale] = differentiate(scaledRows(table, rows, scale).sum(), [table, scale]);
      return { byTable, byScale };
    });
    const found = outputsOf(graph, { table: x, rows: array([2], [2, 2], "i32"), scale: array([2], [5, 7]) });
    expect(found).toEqual({ byTable: [0, 0, 12], byScale: [0, 0] });
  });

  test("of whole numbers alone has no gradient to describe", () => {
    const doubled = customGradient({
      name: "doubled",
      forward: (n: Tensor<readonly [2], "i32">) => add(n, n),
      gradient: () => {
        throw new Error("nothing flows");
      },
    });
    const graph = graphOf((trace) => ({
      y: doubled(trace.input("n", { dtype: "i32", shape: [2] }) as Tensor<readonly [2], "i32">),
    }));
    expect(outputsOf(graph, { n: array([2], [1, -4], "i32") })).toEqual({ y: [2, -8] });
  });

  test("works at symbolic shapes, which are bound in its bodies too", () => {
    const graph = graphOf((trace) => {
      const operand = trace.input("x", { dtype: "f64", shape: ["B", "T"] }) as Tensor<readonly ["B", "T"], "f64">;
      const y: Tensor<readonly ["B", "T"], "f64"> = swish(operand);
      const [byX] = differentiate(y.sum(), [operand]);
      return { y, byX };
    });
    const data = [0.1, 2, -3, 0.5, 0, 7];
    const bound = bindSymbols(graph, { B: 2, T: 3 });
    const found = outputsOf(bound, { x: array([2, 3], data) });
    expectClose(
      found["y"],
      data.map((value) => value / (1 + Math.exp(-value))),
    );
    expect(printGraph(bound)).not.toMatch(/\[B|, T/);
    const compiled = compileGraph(graph, { backend: "wasm", dims: { B: 2, T: 3 } }).executable;
    expectClose([...(compiled.run("main", { x: Float64Array.from(data) })["byX"]?.data ?? [])], found["byX"]);
  });

  test("within the step of a scan, and with a scan within it", () => {
    const totals = (activation: (x: Vector) => Tensor) =>
      graphOf((trace) => {
        const sequence = trace.input("x", input([4, 3])) as Tensor<readonly [4, 3], "f64">;
        const { carry } = scan({
          carry: { h: constant(0.5, [3], "f64") },
          over: { sequence },
          step: ({ h }, { sequence: element }) => ({
            // As the state is typed; the function gives its operand's type.
            carry: { h: add(activation(add(h, element)) as Vector, 0.1) as typeof h },
          }),
        });
        const [byX] = differentiate(carry.h.sum(), [sequence]);
        return { h: carry.h, byX };
      });
    const running = customGradient({
      name: "running",
      forward: (sequence: Tensor<readonly [4, 3], "f64">) =>
        scan({
          carry: { total: constant(0, [3], "f64") },
          over: { sequence },
          step: ({ total }, { sequence: element }) => ({ carry: { total: add(total, tanh(element)) } }),
        }).carry.total,
      gradient: ({ operands: [sequence], cotangents: [c] }) => {
        const slope = sequence.tanh();
        return [slope.mul(slope).neg().add(1).mul(c)];
      },
    });
    const feeds = {
      x: array(
        [4, 3],
        Array.from({ length: 12 }, (_, at) => Math.sin(at * 1.7)),
      ),
    };
    const [found, wanted] = [outputsOf(totals(swish), feeds), outputsOf(totals(plainSwish), feeds)];
    expectClose(found["h"], wanted["h"]);
    expectClose(found["byX"], wanted["byX"]);
    const compiled = compileGraph(totals(swish), { backend: "closure" }).executable.run("main", {
      x: Float64Array.from(feeds.x.data),
    });
    expectClose([...(compiled["byX"]?.data ?? [])], wanted["byX"]);
    const around = graphOf((trace) => {
      const sequence = trace.input("x", input([4, 3])) as Tensor<readonly [4, 3], "f64">;
      const [byX] = differentiate(running(sequence).sum(), [sequence]);
      return { byX };
    });
    expectClose(
      outputsOf(around, feeds)["byX"],
      [...feeds.x.data].map((value) => 1 - Math.tanh(value) ** 2),
    );
  });

  test("is one node by its name, reads back from its text, and equal calls are one", () => {
    const graph = graphOf((trace) => {
      const operand = trace.input("x", input()) as Vector;
      return { y: add(swish(operand), swish(operand)) };
    });
    expect(opsOf(graph)).toEqual(["input", "call", "binary add"]);
    const text = printGraph(graph);
    expect(text).toContain('%0 = call %x {name = "swish", body = (%x0: f64[3]) {');
    expect(printGraph(parseGraph(text))).toBe(text);
  });

  test("is gone before patterns are looked for: attention is found through it", () => {
    const probabilities = customGradient({
      name: "probabilities",
      forward: (scores: Tensor<readonly [4, 6], "f32">) => softmax(scores),
      gradient: ({ results: [p], cotangents: [c] }) => {
        const flow = c.mul(p);
        return [flow.sub(p.mul(flow.sum({ axes: [1], keepDims: true })))];
      },
    });
    const graph = graphOf((trace) => {
      const leaf = (name: string, rows: number) => trace.input(name, { dtype: "f32", shape: [rows, 8] });
      const q = leaf("q", 4) as Tensor<readonly [4, 8], "f32">;
      const k = leaf("k", 6) as Tensor<readonly [6, 8], "f32">;
      const v = leaf("v", 6) as Tensor<readonly [6, 8], "f32">;
      return { y: matmul(probabilities(div(matmul(q, transpose(k, [1, 0])), 3)), v) };
    });
    expect(opsOf(runPasses(standard, graph).program)).toContain("attention");
    expect(opsOf(inlineCalls.run(graph))).not.toContain("call");
  });

  test("within the scores of attention keeps its gradient", () => {
    const capped = customGradient<<S extends Dims>(x: Tensor<S, "f64">) => Tensor<S, "f64">>({
      name: "capped",
      forward: (scores) => mul(tanh(scores), 5),
      // Not the slope, so that it shows.
      gradient: ({ cotangents: [c] }) => [mul(c, 2)],
    });
    const attending = (score: (scores: Tensor, bias: Tensor) => Tensor) =>
      graphOf((trace) => {
        const [q, k, v] = [["q", 4] as const, ["k", 6] as const, ["v", 6] as const].map(
          ([name, rows]) => trace.input(name, input([rows, 8])) as Tensor<readonly [number, 8], "f64">,
        );
        const bias = trace.input("bias", input([6])) as Tensor<readonly [6], "f64">;
        if (q === undefined || k === undefined || v === undefined) throw new Error("three operands");
        const y = attention(q, k, v, { scale: 1, score: (scores) => score(scores, bias) as typeof scores });
        const [byQ, byBias] = differentiate(y.mul(y).sum(), [q, bias]);
        return { y, byQ, byBias };
      });
    // The same slopes out of ops: the value of 5 tanh(s), with the gradient of 2 s.
    const byOps = (scores: Tensor): Tensor => {
      const doubled = scores.mul(2);
      return doubled.add(stopGradient(scores.tanh().mul(5).sub(doubled)));
    };
    const random = (shape: readonly number[], from: number) =>
      array(
        shape,
        Array.from({ length: shape.reduce((size, extent) => size * extent, 1) }, (_, at) => Math.sin(at * from)),
      );
    const feeds = { q: random([4, 8], 1.1), k: random([6, 8], 2.3), v: random([6, 8], 0.7), bias: random([6], 0.3) };
    const own = attending((scores, bias) => capped(scores.add(capped(bias as Vector)) as Vector));
    const [found, wanted] = [own, attending((scores, bias) => byOps(scores.add(byOps(bias))))].map((graph) =>
      outputsOf(graph, feeds),
    );
    for (const name of ["y", "byQ", "byBias"]) expectClose(found?.[name], wanted?.[name]);
    const compiled = compileGraph(own, { backend: "wasm" }).executable.run(
      "main",
      Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, Float64Array.from(data)])),
    );
    expectClose([...(compiled["byBias"]?.data ?? [])], found?.["byBias"]);
  });

  test("may use constants of any kind, and other functions of its sort", () => {
    const softLog = customGradient({
      name: "soft log",
      forward: (operand: Vector) => log(add(swish(mul(operand, operand)), constant(Float64Array.of(1, 2, 3), [3]))),
      gradient: ({ results: [y], cotangents: [c] }) => [c.mul(y).mul(0)],
    });
    const graph = graphOf((trace) => ({ y: softLog(trace.input("x", input()) as Vector) }));
    const wanted = [...x.data].map((value, at) => Math.log((value * value) / (1 + Math.exp(-value * value)) + at + 1));
    expectClose(outputsOf(graph, { x })["y"], wanted);
    for (const backend of ["closure", "wasm", "reference"] as const) {
      const { y } = compileGraph(graph, { backend }).executable.run("main", { x: Float64Array.from(x.data) });
      expectClose([...(y?.data ?? [])], wanted);
    }
    expect(printGraph(parseGraph(printGraph(graph)))).toBe(printGraph(graph));
  });

  test("casts within are differentiated at the type that it is given", () => {
    const inDouble = customGradient({
      name: "in double",
      forward: (operand: Tensor<readonly [3], "f32">) => exp(cast(operand, "f64")),
      gradient: ({ results: [y], cotangents: [c] }) => [mul(c, y).cast("f32")],
    });
    const graph = graphOf((trace) => {
      const operand = trace.input("x", { dtype: "f32", shape: [3] }) as Tensor<readonly [3], "f32">;
      const [byX] = differentiate(inDouble(operand).sum(), [operand]);
      return { byX };
    });
    expectClose(outputsOf(graph, { x: { ...x, dtype: "f32" } })["byX"], [...x.data].map(Math.exp));
  });
});
