// `scan` as users call it: what it means, what it captures, and what it refuses.
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import { compileGraph } from "../../../src/compile/compile-graph.ts";
import { add, constant, matmul, mul, reshape, scan, sum, tanh } from "../../../src/ir/functions/index.ts";
import { bodiesIn } from "../../../src/ir/graph/body-graph.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";
import { printGraph } from "../../../src/ir/text/print.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { bindSpecs } from "../../../src/model/parameter.ts";
import { gru, lstm } from "../../../src/nn/index.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { graphOf } from "../../passes/support.ts";
import { described } from "../../support/described.ts";
import { array } from "../../support/op-meaning.ts";

const outputs = (graph: ReturnType<typeof graphOf>, feeds: Readonly<Record<string, NdArray>>) =>
  evaluateEntry(graph, "main", feeds).outputs;

const running = (reverse: boolean) =>
  graphOf((trace) => {
    const x = trace.input("x", { dtype: "f64", shape: [4] }) as Tensor<[4], "f64">;
    const result = scan({
      carry: { total: constant(0, [], "f64") },
      over: { x },
      reverse,
      step: ({ total }, { x: element }) => {
        const next = add(total, element);
        return { carry: { total: next }, output: { sums: next } };
      },
    });
    const sums: Tensor<readonly [4], "f64"> = result.outputs.sums;
    return { sums, total: result.carry.total };
  });

describe("scan", () => {
  const x = array([4], [1, 2, 3, 4]);

  test("carries a state from step to step, forwards and backwards", () => {
    expect(outputs(running(false), { x })).toMatchObject({
      sums: { data: Float64Array.of(1, 3, 6, 10) },
      total: { data: Float64Array.of(10) },
    });
    expect(outputs(running(true), { x })["sums"]?.data).toEqual(Float64Array.of(10, 9, 7, 4));
  });

  test("leaves what it makes of two elements where they are, on every backend", () => {
    const ofTwo = (reverse: boolean) =>
      graphOf((trace) => {
        const x = trace.input("x", { dtype: "f32", shape: [2] }) as Tensor<[2], "f32">;
        const result = scan({
          carry: { total: constant(0, []) },
          over: { x },
          reverse,
          step: ({ total }, { x: element }) => {
            const next = add(total, element);
            return { carry: { total: next }, output: { sums: tanh(next) } };
          },
        });
        return { sums: result.outputs.sums };
      });
    for (const backend of ["wasm", "closure"] as const)
      for (const [reverse, expected] of [
        [false, [Math.tanh(1), Math.tanh(1.5)]],
        [true, [Math.tanh(1.5), Math.tanh(0.5)]],
      ] as const) {
        const { sums } = compileGraph(ofTwo(reverse), { backend }).executable.run("main", {
          x: Float32Array.of(1, 0.5),
        });
        for (const [at, value] of expected.entries()) expect(Number(sums?.data[at])).toBeCloseTo(value, 5);
      }
  });

  test("of no elements gives the state back", () => {
    const graph = graphOf((trace) => {
      const nothing = trace.input("x", { dtype: "f32", shape: [0, 2] }) as Tensor<[0, 2], "f32">;
      const { carry, outputs: made } = scan({
        carry: { h: constant(3, [2]) },
        over: { nothing },
        step: ({ h }, { nothing: element }) => ({ carry: { h: add(h, element) }, output: { h } }),
      });
      return { h: carry.h, made: made.h };
    });
    for (const backend of ["wasm", "closure"] as const) {
      const { run } = compileGraph(graph, { backend }).executable;
      expect(run("main", { x: new Float32Array(0) })).toMatchObject({
        h: { data: Float32Array.of(3, 3) },
        made: { shape: [0, 2] },
      });
    }
  });

  test("captures tensors from around it once, and works on them before the loop where no element is involved", () => {
    const graph = graphOf((trace) => {
      const weight = trace.input("w", { dtype: "f32", shape: [2, 2] }) as Tensor<[2, 2], "f32">;
      const sequence = trace.input("x", { dtype: "f32", shape: [3, 1, 2] }) as Tensor<[3, 1, 2], "f32">;
      const { carry } = scan({
        carry: { h: constant(0, [1, 2]) },
        over: { sequence },
        step: ({ h }, { sequence: element }) => ({
          carry: { h: tanh(add(matmul(add(h, element), weight), matmul(h, mul(weight, 2)))) },
        }),
      });
      return { h: carry.h };
    });
    const scans = [...graph.nodes.values()].filter(({ op }) => op === "scan");
    // h, x, w and 2 w, which was worked out around the body.
    expect(scans.map(({ operands }) => operands.length)).toEqual([4]);
  });

  test("within scan: rows of a matrix summed step by step, with gradients through both", () => {
    const graph = graphOf((trace) => {
      const matrix = trace.input("x", { dtype: "f64", shape: [3, 4] }) as Tensor<[3, 4], "f64">;
      const scale = trace.input("s", { dtype: "f64", shape: [] }) as Tensor<[], "f64">;
      const outer = scan({
        carry: { total: constant(0, [], "f64") },
        over: { matrix },
        step: ({ total }, { matrix: row }) => {
          const inner = scan({
            carry: { sum: constant(0, [], "f64") },
            over: { row },
            step: ({ sum: before }, { row: element }) => ({ carry: { sum: add(mul(before, scale), element) } }),
          });
          return { carry: { total: add(total, tanh(inner.carry.sum)) }, output: { rows: inner.carry.sum } };
        },
      });
      const [byX, byScale] = differentiate(outer.carry.total, [matrix, scale]);
      return { total: outer.carry.total, rows: outer.outputs.rows, byX: byX ?? matrix, byScale: byScale ?? scale };
    });
    const data = Array.from({ length: 12 }, (_, at) => Math.sin(at));
    const run = (values: readonly number[], s: number) =>
      outputs(graph, { x: array([3, 4], values), s: array([], [s]) });
    const found = run(data, 0.7);
    const horner = (row: number): number =>
      data.slice(row * 4, row * 4 + 4).reduce((before, element) => before * 0.7 + element, 0);
    found["rows"]?.data.forEach((value, row) => expect(value).toBeCloseTo(horner(row), 12));
    const total = (values: readonly number[], s: number): number => run(values, s)["total"]?.data[0] ?? Number.NaN;
    const step = 1e-5;
    expect(found["byScale"]?.data[0]).toBeCloseTo((total(data, 0.7 + step) - total(data, 0.7 - step)) / (2 * step), 7);
    for (const at of [0, 5, 11])
      expect(found["byX"]?.data[at]).toBeCloseTo(
        (total(data.with(at, (data[at] ?? 0) + step), 0.7) - total(data.with(at, (data[at] ?? 0) - step), 0.7)) /
          (2 * step),
        7,
      );
    const compiled = compileGraph(graph, { backend: "wasm" }).executable.run("main", {
      x: Float64Array.from(data),
      s: Float64Array.of(0.7),
    });
    compiled["byX"]?.data.forEach((value, at) => expect(value).toBeCloseTo(found["byX"]?.data[at] ?? Number.NaN, 10));
  });

  test("is read back from its text, body and all", () => {
    const text = printGraph(running(true));
    expect(printGraph(parseGraph(text))).toBe(text);
    expect([...parseGraph(text).nodes.values()].flatMap(bodiesIn)).toHaveLength(1);
    expect(text).toContain("yield");
  });
});

describe("what does not fit together", () => {
  const sequences =
    (...shapes: readonly (readonly number[])[]) =>
    (describe: (...over: Tensor[]) => unknown) =>
      graphOf((trace) => {
        describe(...shapes.map((shape, at) => trace.input(`x${at}`, { dtype: "f32", shape })));
        return {};
      });
  const still = ({ h }: { h: Tensor }) => ({ carry: { h } });
  const cases: readonly (readonly [code: string, says: string, action: () => unknown])[] = [
    [
      "W140",
      "scan: step: a function is expected",
      () => sequences([3, 2])((x) => scan({ carry: { h: x }, over: { x }, step: "tanh" as never })),
    ],
    [
      "W140",
      "scan: carry: h: a tensor is expected, got 0",
      () => sequences([3, 2])((x) => scan({ carry: { h: 0 as never }, over: { x }, step: still })),
    ],
    [
      "W272",
      "scan: x is f32[3, 2], but y is f32[4, 2]",
      () => sequences([3, 2], [4, 2])((x, y) => scan({ carry: { h: x }, over: { x, y }, step: still })),
    ],
    [
      "W273",
      "scan: there is no sequence",
      () => sequences([3, 2])((x) => scan({ carry: { h: x }, over: {} as never, step: still })),
    ],
    [
      "W274",
      "scan: step gives no h back",
      () => sequences([3, 2])((x) => scan({ carry: { h: x }, over: { x }, step: () => ({ carry: {} as never }) })),
    ],
    [
      "W275",
      "scan: h is f32[3, 2] before a step and f32[] after it",
      () =>
        sequences([3, 2])((x) =>
          scan({ carry: { h: x }, over: { x }, step: ({ h }) => ({ carry: { h: sum(h) as never } }) }),
        ),
    ],
    [
      "W103",
      "add: the operands belong to two different graphs",
      () => {
        const foreign: Tensor[] = [];
        sequences([3])((x) => foreign.push(x));
        sequences([3])((x) =>
          scan({ carry: { h: x }, over: { x }, step: ({ h }) => ({ carry: { h: add(h, foreign[0] ?? h) } }) }),
        );
      },
    ],
    [
      "W277",
      "recurrent layer: sequences of 2 features are expected, not f32[5, 2]",
      () => sequences([5, 2])((x) => (bindSpecs(lstm(2, 3), () => x) as (x: Tensor) => unknown)(x)),
    ],
    ["W278", "gru: hidden must be a whole number", () => gru(4, 0)],
    [
      "W270",
      "scan: sequence 1 is f32[3, 4], its body needs f32[3, 2]",
      () =>
        parseGraph(`graph @g(%h: f32[2], %x: f32[3, 4]) {
  %0 = scan %h, %x {carried = 1, sequences = 1, length = 3, body = (%a: f32[2], %b: f32[2]) { yield %a }} : f32[2]
}`),
    ],
    [
      "W271",
      "scan: 1 operands for a body of 2 inputs",
      () =>
        parseGraph(`graph @g(%h: f32[2]) {
  %0 = scan %h {carried = 1, sequences = 0, length = 3, body = (%a: f32[2], %b: f32[2]) { yield %a }} : f32[2]
}`),
    ],
    [
      "W276",
      "a body that an op repeats has no parameters",
      () =>
        parseGraph(`graph @g(%h: f32[2]) {
  %0 = scan %h {carried = 1, sequences = 0, length = 3, body = (%a: f32[2]) { %0 = parameter {name = "w"} : f32[2] yield %a }} : f32[2]
}`),
    ],
    [
      "W104",
      "graph text: expected",
      () =>
        parseGraph(`graph @g(%h: f32[2]) {
  %0 = scan %h {carried = 1, sequences = 0, length = 3, body = (%a: f32[2]) { yield %a yield %a }} : f32[2]
}`),
    ],
  ];
  test.each(cases)("%s: %s", (code, says, action) => {
    const text = described(action);
    expect(text).toContain(`error[${code}]: ${says}`);
    expect(text).toContain("help: ");
  });
});

test("a shape worked out from a captured symbol is bound with the graph around", () => {
  const graph = graphOf((trace) => {
    const x = trace.input("x", { dtype: "f32", shape: ["T", "B", 2] }) as Tensor<["T", "B", 2], "f32">;
    const { carry } = scan({
      carry: { h: constant(0, ["B", 2]) },
      over: { x },
      step: ({ h }, { x: element }) => ({ carry: { h: add(h, reshape(element, ["B", 2])) } }),
    });
    return { h: carry.h };
  });
  const { run } = compileGraph(graph, { backend: "wasm", dims: { T: 3, B: 2 } }).executable;
  expect(run("main", { x: Float32Array.from({ length: 12 }, (_, at) => at) })["h"]?.data).toEqual(
    Float32Array.of(12, 15, 18, 21),
  );
});
