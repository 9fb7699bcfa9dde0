// The compiled f32 functions over all magnitudes, some hundred thousand numbers each: WebAssembly against the meaning, and the other
// backends against WebAssembly. `npm run ulp` sweeps all 2^32.
import { describe, expect, test } from "vitest";
import { kernelOf } from "../../../scripts/accuracy/kernel.ts";
import { measurePairs } from "../../../scripts/accuracy/pairs.ts";
import { subjects } from "../../../scripts/accuracy/subjects.ts";
import { errorInUlp, lastPlace, sweep } from "../../../scripts/accuracy/sweep.ts";
import { differingElement } from "../../../src/backends/runtime/differing-element.ts";
import { floatOfBits } from "../../../src/ir/loop/fold.ts";
import { distance, single, specialValues } from "./support/accuracy.ts";

const part = 2 ** 14;
/** Odd, so that all bits vary. */
const stride = 8191;

describe("the compiled function", () => {
  test.each(subjects.map((subject) => [subject.name, subject] as const))(
    "%s errs as little as promised",
    async (_, of) => {
      const kernel = await kernelOf(of, "wasm", part);
      const found = of.arity === 1 ? sweep(of.row, kernel, stride) : measurePairs(of, kernel, 2 ** 18);
      expect([found.at, found.worst <= Math.max(0.5, of.row.ulp)]).toStrictEqual([found.at, true]);
    },
  );

  test.each(subjects.map((subject) => [subject.name, subject] as const))(
    "%s is the same on all backends, from number to number",
    async (_, of) => {
      const results = [];
      for (const backend of ["closure", "javascript", "wasm"] as const) {
        const { inputs, output, run } = await kernelOf(of, backend, part);
        for (const [operand, input] of inputs.entries())
          for (let k = 0; k < part; k++) input[k] = floatOfBits(((k + operand) * 262139 * (operand * 2 + 1)) | 0);
        run();
        results.push(output.slice());
      }
      const [closure = new Float32Array(), javascript = new Float32Array(), wasm = new Float32Array()] = results;
      expect([differingElement(closure, javascript), differingElement(closure, wasm)]).toStrictEqual([
        undefined,
        undefined,
      ]);
    },
  );
});

describe("errors", () => {
  test("are counted in the last place of what is meant, subnormal numbers and overflow included", () => {
    expect(errorInUlp(1 + 2 ** -23, 1)).toBe(1);
    expect(errorInUlp(1 - 2 ** -24, 1)).toBe(0.5);
    expect(errorInUlp(2 ** -149, 0)).toBe(1);
    expect(errorInUlp(Infinity, (2 - 2 ** -23) * 2 ** 127)).toBe(1);
    expect(errorInUlp(-Infinity, 2 ** 127)).toBeGreaterThan(2 ** 24);
    expect(errorInUlp(0, -0)).toBe(Infinity);
    expect(errorInUlp(Number.NaN, 1)).toBe(Infinity);
    expect(errorInUlp(Number.NaN, Number.NaN)).toBe(0);
  });

  test("agree with the distance that other tests measure", () => {
    for (const x of specialValues.filter(Number.isFinite)) {
      const near = Math.fround(x * 1.0000005);
      expect(errorInUlp(near, x)).toBeCloseTo(distance(near, x, single), 9);
    }
    expect([lastPlace(1), lastPlace(2 - 2 ** -52), lastPlace(2), lastPlace(2 ** -130)]).toStrictEqual([
      2 ** -23,
      2 ** -23,
      2 ** -22,
      2 ** -149,
    ]);
  });
});
