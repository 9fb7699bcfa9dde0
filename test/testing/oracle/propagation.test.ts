// Rules carry errors on as they must: whatever numbers within the errors of an op's operands it is given, what it means of them lies
// within the bound of its results. Errors are none, small, or large enough to reach over turns, poles, steps and ties.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateNode } from "../../../src/backends/reference/interpreter.ts";
import { describeBody } from "../../../src/ir/graph/body.ts";
import type { Node } from "../../../src/ir/graph/graph.ts";
import { opOf } from "../../../src/ir/ops/index.ts";
import { type UnaryFn, unary } from "../../../src/ir/scalar/unary.ts";
import { isKnown } from "../../../src/ir/types/dim.ts";
import { isFloat } from "../../../src/ir/types/dtype.ts";
import { sizeOf } from "../../../src/ir/types/ndarray.ts";
import { computingOps } from "../../../src/testing/arbitraries/graph.ts";
import { randomArray, randomFrom, type ValueProfile } from "../../../src/testing/arbitraries/values.ts";
import type { Bounded } from "../../../src/testing/oracle/evaluate-bounded.ts";
import { boundNode } from "../../../src/testing/oracle/evaluate-bounded.ts";
import { judge } from "../../../src/testing/oracle/judge.ts";

const sizes: readonly number[] = [0, 0, 1e-7, 1e-3, 0.5, 4, Infinity];

/** An array of which each element has an error of its own. */
const uncertain = (
  type: Bounded | { dtype: Bounded["dtype"]; shape: readonly number[] },
  seed: number,
  profile: ValueProfile,
): Bounded => {
  const array = randomArray(type, seed, profile);
  const random = randomFrom(seed + 1);
  const errorOf = (value: number): number => {
    const size = sizes[Math.floor(random() * sizes.length)] ?? 0;
    if (array.dtype === "bool") return random() < 0.3 ? 1 : 0;
    if (!isFloat(array.dtype)) return 0;
    return Number.isFinite(value) ? size * Math.max(1, Math.abs(value)) : size === Infinity ? Infinity : 0;
  };
  return { ...array, error: array.data.map(errorOf) };
};

const anything: readonly number[] = [Number.NaN, Infinity, -Infinity, 0, 1, -1e30];

/** Numbers that may stand in the place of the array's. */
const within = ({ error, ...array }: Bounded, random: () => number): Bounded => ({
  ...array,
  error,
  data: array.data.map((value, at) => {
    const own = error[at] ?? 0;
    if (own === Infinity) return anything[Math.floor(random() * anything.length)] ?? 0;
    if (array.dtype === "bool") return own === 1 && random() < 0.5 ? 1 - value : value;
    const part = random() < 0.5 ? Math.round(random() * 2 - 1) : random() * 2 - 1;
    // Not quite the whole error, for the sum is rounded.
    return own === 0 ? value : value + part * own * 0.999;
  }),
});

describe("errors of operands become errors of results", () => {
  test.each(computingOps)("%s", (kind) => {
    const op = opOf(kind);
    fc.assert(
      fc.property(
        op.arbitrary(fc, describeBody),
        fc.nat(),
        fc.constantFrom<ValueProfile>("normal", "whole", "special"),
        ({ operands: types, attrs }, seed, profile) => {
          fc.pre(types.every(({ shape }) => sizeOf(shape) <= 200));
          const operands = types.map((type, at) => {
            const range = op.operandRange?.(at, types, attrs);
            if (range === undefined) return uncertain(type, seed + at, profile);
            const array = randomArray(type, seed + at, profile, isKnown(range) ? range : 1);
            return { ...array, error: new Float64Array(array.data.length) };
          });
          // The union of nodes cannot say that these attributes are those of this op.
          const node = { op: kind, attrs } as Pick<Node, "op" | "attrs">;
          const bounds = boundNode(node, operands);
          const random = randomFrom(seed);
          for (let sample = 0; sample < 4; sample++)
            evaluateNode(
              node,
              operands.map((operand) => within(operand, random)),
            ).forEach(({ data }, at) => {
              const bounded = bounds[at];
              if (bounded === undefined) throw new Error(`${kind} has no bound of result ${at}`);
              expect(judge(data, bounded).violation).toBeUndefined();
            });
        },
      ),
      { numRuns: 60 },
    );
  });

  test("one value may be both factors of a product", () => {
    const x: Bounded = { dtype: "f32", shape: [1, 1], data: Float64Array.of(3), error: Float64Array.of(0.1) };
    const attrs = { transposeA: false, transposeB: false };
    const [squared] = boundNode({ op: "matmul", attrs }, [x, x]);
    expect(squared?.error[0]).toBeGreaterThanOrEqual(3.1 ** 2 - 9);
    expect(squared?.error[0]).toBeLessThan(3.1 ** 2 - 9 + 1e-6);
  });

  test("attention that divides a sum of weighed values only when it has it may overflow", () => {
    const rows = (count: number, value: number): Bounded => ({
      dtype: "f32",
      shape: [count, 1],
      data: new Float64Array(count).fill(value),
      error: new Float64Array(count),
    });
    const body = describeBody([{ dtype: "f32", shape: [1, 4] }], (inputs) => inputs);
    const errorOn = (value: number): number | undefined =>
      boundNode({ op: "attention", attrs: { body } }, [rows(1, 0), rows(4, 0), rows(4, value)])[0]?.error[0];
    expect(errorOn(3e38)).toBe(Infinity);
    expect(errorOn(3e37)).toBeLessThan(1e32);
  });

  // The keys of a typed record are its function names, which `Object.keys` cannot say.
  test.each(Object.keys(unary) as UnaryFn[])("%s, over intervals of all sizes", (fn) => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), fc.constantFrom(1e-9, 1e-3, 0.3, 2, 20), (x, error) => {
        const dtype = unary[fn].dtypes[0] ?? "f32";
        const operand: Bounded = { dtype, shape: [], data: Float64Array.of(x), error: Float64Array.of(error) };
        const [bounded] = boundNode({ op: "unary", attrs: { fn } }, [operand]);
        if (bounded === undefined) throw new Error(`${fn} has a bound`);
        for (let k = -40; k <= 40; k++)
          expect(
            judge(Float64Array.of(unary[fn].evaluate(x + (k / 40.04) * error)), bounded).violation,
          ).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });
});
