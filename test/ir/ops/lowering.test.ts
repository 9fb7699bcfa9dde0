// Each lowering, run by the interpreter of the loop IR, gives what the op means: on random uses, bit for bit where nothing is
// rounded, and within the promised accuracy elsewhere.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type OpKind, opOf } from "../../../src/ir/ops/index.ts";
import { binary } from "../../../src/ir/scalar/binary.ts";
import type { Domain } from "../../../src/ir/scalar/function.ts";
import { unary } from "../../../src/ir/scalar/unary.ts";
import { type DType, isFloat } from "../../../src/ir/types/dtype.ts";
import type { NdArray } from "../../../src/ir/types/ndarray.ts";
import { runLowered } from "../../support/lower-op.ts";
import { meaning, randomNumbers } from "../../support/op-meaning.ts";
import { randomElement, randomOperands, randomWhole } from "../../support/random-operands.ts";

type Element = (dtype: DType, random: () => number) => number;

/** The elements as they are stored; all NaN are one. */
const stored = ({ dtype, shape, data }: NdArray): NdArray => ({
  dtype,
  shape,
  data: dtype === "f32" ? data.map(Math.fround) : data,
});

/** The operands of a random use, what the op means on them and what its lowering gives. */
const compareOn = (
  kind: OpKind,
  element: Element,
  check: (wanted: NdArray, given: NdArray | undefined, attrs: object) => void,
): void => {
  fc.assert(
    fc.property(opOf(kind).arbitrary(fc), fc.integer(), (instance, seed) => {
      const operands = randomOperands(kind, instance, randomNumbers(seed), element);
      const given = runLowered(kind, operands, instance.attrs);
      expect(given.length).toBe(1);
      check(stored(meaning(kind, operands, instance.attrs)), given[0], instance.attrs);
    }),
    { numRuns: 200 },
  );
};

describe("lowering bit for bit", () => {
  it.each([
    "constant",
    "compare",
    "select",
    "cast",
    "clamp",
    "argmax",
    "reshape",
    "transpose",
    "broadcast",
    "flip",
    "slice",
    "dynamicSlice",
    "dynamicUpdateSlice",
    "pad",
    "concat",
    "gather",
    "takeAlongAxis",
    "oneHot",
    "iota",
    "randomBits",
  ] as const)("%s", (kind) => {
    compareOn(kind, randomElement, (wanted, given) => expect(given).toEqual(wanted));
  });

  // Sums and extremes of small whole numbers are exact in every type, whatever rounds.
  it.each(["scatterAdd", "addAlongAxis", "cumsum"] as const)("%s", (kind) => {
    compareOn(kind, randomWhole, (wanted, given) => expect(given).toEqual(wanted));
  });

  it("reduce", () => {
    const signs: Element = (dtype, random) =>
      dtype === "u8" || dtype === "bool" ? randomWhole(dtype, random) : random() < 0 ? -1 : 1;
    compareOn("reduce", signs, (wanted, given) => expect(given).toEqual(wanted));
  });
});

/** How many f32 numbers lie between two. */
const floatsBetween = (a: number, b: number): number => {
  if (Object.is(a, b) || a === b) return 0;
  const order = new Int32Array(Float32Array.of(a, b).buffer).map((bits) => (bits < 0 ? -2147483648 - bits : bits));
  return Math.abs((order[0] ?? 0) - (order[1] ?? 0));
};

const within = ([low, high]: Domain, random: () => number): number => low + ((random() + 1) / 2) * (high - low);

/** f32 within the promised accuracy (beyond the rounding of the wanted number itself), f64 to 12 digits, the rest exact. */
const expectAccurate = (wanted: NdArray, given: NdArray | undefined, ulp: number): void => {
  expect(given?.shape).toEqual(wanted.shape);
  for (const [at, element] of wanted.data.entries()) {
    const actual = given?.data[at] ?? 0;
    if (wanted.dtype === "f32") expect(floatsBetween(element, actual)).toBeLessThanOrEqual(ulp === 0 ? 0 : ulp + 0.5);
    else if (wanted.dtype === "f64")
      expect(Math.abs(element - actual)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(element)));
    else expect(actual).toBe(element);
  }
};

/** Numbers of a domain for floats, any for integers. */
const elementIn =
  (domain: Domain): Element =>
  (dtype, random) => {
    if (!isFloat(dtype)) return randomElement(dtype, random);
    const value = within(domain, random);
    return dtype === "f32" ? Math.fround(value) : value;
  };

const expectAccurateLowering = (
  kind: "unary" | "binary",
  fn: string,
  domains: readonly Domain[],
  { dtypes, ulp }: { readonly dtypes: readonly DType[]; readonly ulp: number },
): void => {
  fc.assert(
    fc.property(fc.constantFrom(...dtypes), fc.nat(20), fc.integer(), (dtype, length, seed) => {
      const random = randomNumbers(seed);
      const operands = domains.map((domain): NdArray => {
        const next = () => elementIn(domain)(dtype, random);
        return { dtype, shape: [length], data: Float64Array.from({ length }, next) };
      });
      const [given] = runLowered(kind, operands, { fn });
      expectAccurate(stored(meaning(kind, operands, { fn })), given, ulp);
    }),
    { numRuns: 100 },
  );
};

describe("lowering within the promised accuracy", () => {
  it.each(Object.entries(unary))("unary %s", (fn, row) => {
    expectAccurateLowering("unary", fn, [row.domain], row);
  });

  it.each(Object.entries(binary))("binary %s", (fn, row) => {
    expectAccurateLowering("binary", fn, row.domain, row);
  });
});
