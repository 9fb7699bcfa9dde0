// Relaxed numerics: products and sums contracted in WebAssembly. What needs no rounding has the bits of exact numerics, a matrix
// product stays within the bound that holds for either way of rounding, and functions keep what they promise.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assembleModule, wasmBackend } from "../../src/backends/wasm/instantiate.ts";
import { planGraph } from "../../src/compile/plan-graph.ts";
import { compileSync, defineModel, matmul, spec } from "../../src/index.ts";
import { invariant } from "../../src/ir/diagnostics/invariant.ts";
import { unary } from "../../src/ir/scalar/unary.ts";
import type { DataArray } from "../../src/ir/types/dtype.ts";
import { graphs } from "../../src/testing/arbitraries/graph.ts";
import { feedsOf } from "../../src/testing/case-arrays.ts";
import { firstDifference, poison, runInstance } from "../../src/testing/run-everywhere.ts";
import { graphOf } from "../passes/support.ts";

const relaxed = { numerics: "relaxed" } as const;

/** Half a unit in the last place of f32. */
const roundoff = 2 ** -24;

const product = (rows: number, inner: number, columns: number) =>
  defineModel({
    name: "product",
    params: {},
    inputs: { a: spec("f32", [rows, inner]), b: spec("f32", [inner, columns]) },
    forward: (_, { a, b }) => ({ c: matmul(a, b) }),
  });

describe("relaxed numerics", () => {
  test("contract products in WebAssembly, and only where they are asked for", () => {
    const { graph } = compileSync(product(8, 8, 8)).compiled;
    const wat = (options: object): string => assembleModule(planGraph(graph, options).program).wat();
    expect(wat({})).not.toContain("relaxed");
    expect(wat(relaxed)).toContain("f32x4.relaxed_madd");
  });

  test("take tiles of six rows", () => {
    const { graph } = compileSync(product(12, 8, 8)).compiled;
    const loads = (options: object): number =>
      assembleModule(planGraph(graph, options).program)
        .wat()
        .match(/v128.load32_splat/g)?.length ?? 0;
    expect([loads({}), loads(relaxed)]).toEqual([4, 6]);
  });

  test("give the bits of exact numerics where nothing is rounded", () => {
    fc.assert(
      fc.property(
        graphs({ ops: ["matmul", "conv2d", "reduce", "transpose", "select", "slice", "concat"], values: ["whole"] }),
        (drawn) => {
          const feeds = feedsOf(drawn);
          const outcome = (options: object, entry: string) => {
            const { program } = planGraph(drawn.graph, options);
            const instance = wasmBackend.instantiate(program);
            poison(program, instance);
            return runInstance(program, "wasm", instance, entry, feeds);
          };
          for (const { name } of drawn.graph.entries) {
            const [exact, other] = [outcome({}, name), outcome(relaxed, name)];
            const sizes = [...exact.outputs.values()].flatMap((array) => [...array].map(Math.abs));
            fc.pre(Math.max(0, ...sizes) < 2 ** 22);
            expect(firstDifference(exact, other)).toBeUndefined();
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("keep a matrix product within the bound that holds however products are rounded", () => {
    fc.assert(
      fc.property(
        fc.record({
          rows: fc.integer({ min: 1, max: 14 }),
          inner: fc.integer({ min: 0, max: 70 }),
          columns: fc.integer({ min: 1, max: 35 }),
          seed: fc.nat(),
        }),
        ({ rows, inner, columns, seed }) => {
          const values = (count: number, salt: number) =>
            Float32Array.from({ length: count }, (_, at) => Math.sin(1 + at * 12.9898 + seed * 0.37 + salt) * 3);
          const [a, b] = [values(rows * inner, 1), values(inner * columns, 2)];
          const { c } = compileSync(product(rows, inner, columns), relaxed)({ a, b });
          for (let at = 0; at < rows * columns; at++) {
            const [row, column] = [Math.floor(at / columns), at % columns];
            let [sum, size] = [0, 0];
            for (let k = 0; k < inner; k++) {
              const term = (a[row * inner + k] ?? 0) * (b[k * columns + column] ?? 0);
              sum += term;
              size += Math.abs(term);
            }
            expect(Math.abs((c.data[at] ?? Number.NaN) - sum)).toBeLessThanOrEqual((inner + 1) * roundoff * size);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each(Object.entries(unary).filter(([, { dtypes: allowed }]) => allowed.includes("f32")))(
    "keep %s within one place of its promise",
    (name, { ulp }) => {
      const count = 4096;
      const graph = graphOf((trace) => {
        const x = trace.input("x", { dtype: "f32", shape: [count] });
        const { builder } = trace;
        const [y] = builder.emit("unary", [trace.value(x)], { fn: name });
        invariant(y !== undefined, "a function has a result");
        return { y: trace.tensor(y) };
      });
      const x = Float32Array.from({ length: count }, (_, at) => (at / count) * 12 - 6 + 1 / 512);
      const run = (options: object): DataArray => {
        const { program } = planGraph(graph, options);
        const instance = wasmBackend.instantiate(program);
        return [...runInstance(program, "wasm", instance, "main", new Map([["x", x]])).outputs.values()][0] ?? x;
      };
      const [exact, other] = [run({}), run(relaxed)];
      const spacing = (value: number): number => 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(value))) - 23);
      for (const [at, value] of exact.entries()) {
        const given = other[at] ?? Number.NaN;
        const places = Object.is(given, value) ? 0 : Math.abs(given - value) / spacing(value || 2 ** -126);
        expect(places).toBeLessThanOrEqual(2 * ulp + 1);
      }
    },
  );
});
