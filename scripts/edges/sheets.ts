// What is tried at edge values, one sheet for each kind of computation: the rule in words, and a table of results.

import { cast, clamp } from "../../src/ir/functions/conversion.ts";
import { emitOne, traceOf } from "../../src/ir/graph/traced-tensor.ts";
import { type BinaryFn, binary } from "../../src/ir/scalar/binary.ts";
import { type CompareFn, compares } from "../../src/ir/scalar/compare.ts";
import { type UnaryFn, unary } from "../../src/ir/scalar/unary.ts";
import type { DType } from "../../src/ir/types/dtype.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { type Computation, type Evaluated, evaluate, ofOne, operand, type Promises } from "./evaluate.ts";
import { byteEdges, castEdges, edges, shown, shownEdges, wholeEdges } from "./numbers.ts";

/** A table of the page. */
export interface Sheet {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly complaints: readonly string[];
}

const named = <F extends string, R>(
  table: { readonly [K in F]: R },
  keep: (row: R) => boolean,
): readonly (readonly [F, R])[] =>
  // The keys of the table are its own.
  (Object.entries(table) as [F, R][]).filter(([, row]) => keep(row));

const apply = (
  op: "unary" | "binary" | "compare",
  fn: UnaryFn | BinaryFn | CompareFn,
  ...tensors: Tensor[]
): Tensor => {
  const [first] = tensors as [Tensor];
  return emitOne(traceOf(first), op, tensors, { fn });
};

const onFloats = named(unary, ({ dtypes }) => dtypes.includes("f32"));
const unaryPromises: Promises = Object.fromEntries(onFloats.map(([fn, { ulp }]) => [fn, ulp]));

const allUnary = ofOne((x) => Object.fromEntries(onFloats.map(([fn]) => [fn, apply("unary", fn, x)])));

/** All numbers at once, and again three by three, since vectors and single numbers are different instructions. */
export const unarySheet = async (): Promise<Sheet> => {
  const run = (values: readonly number[]): Promise<Evaluated> =>
    evaluate(`unary of ${values.length}`, [operand("f32", [values.length], values)], allUnary, unaryPromises);
  const { results, complaints } = await run(edges);
  const parts: Evaluated[] = [];
  for (let from = 0; from < edges.length; from += 3) parts.push(await run(edges.slice(from, from + 3)));
  return {
    title: "Functions of one number",
    head: ["x", ...edges.map(shown)],
    rows: onFloats.map(([fn]) => [`\`${fn}\``, ...(results.get(fn) ?? []).map(shown)]),
    complaints: [...complaints, ...parts.flatMap((part) => part.complaints)],
  };
};

const pairsOf = (values: readonly number[]): readonly [x: readonly number[], y: readonly number[]] => [
  values.flatMap((x) => values.map(() => x)),
  values.flatMap(() => values),
];

const ofTwo = (dtype: DType): readonly BinaryFn[] =>
  named(binary, ({ dtypes }) => dtypes.includes(dtype)).map(([fn]) => fn);
const comparisons = named(compares, () => true).map(([fn]) => fn);

const allBinary =
  (dtype: DType) =>
  (x: Tensor, y: Tensor): Readonly<Record<string, Tensor>> => ({
    ...Object.fromEntries(ofTwo(dtype).map((fn) => [fn, apply("binary", fn, x, y)])),
    ...Object.fromEntries(comparisons.map((fn) => [fn, apply("compare", fn, x, y)])),
  });

const binaryPromises: Promises = Object.fromEntries(named(binary, () => true).map(([fn, { ulp }]) => [fn, ulp]));

/** All pairs, and again with either operand a constant, for which there are shorter instructions. */
const evaluatePairs = async (dtype: DType, values: readonly number[]): Promise<Evaluated> => {
  const both = allBinary(dtype);
  const compute: Computation = ([x, y]) => (x === undefined || y === undefined ? {} : both(x, y));
  const [x, y] = pairsOf(values);
  const whole = await evaluate(
    `binary of ${dtype}`,
    [operand(dtype, [x.length], x), operand(dtype, [y.length], y)],
    compute,
    binaryPromises,
  );
  const complaints = [...whole.complaints];
  for (const value of values.filter(
    (each) => dtype !== "f32" || shownEdges.some((shownOne) => Object.is(shownOne, each)),
  ))
    for (const side of ["left", "right"] as const) {
      const withConstant = ofOne((z) => {
        const constant = traceOf(z).constant(value, dtype, z.shape.map(Number));
        return side === "left" ? both(constant, z) : both(z, constant);
      });
      const found = await evaluate(
        `binary of ${dtype} with ${shown(value)} on the ${side}`,
        [operand(dtype, [values.length], values)],
        withConstant,
        binaryPromises,
      );
      complaints.push(...found.complaints);
    }
  return { results: whole.results, complaints };
};

const squareOf = (
  title: string,
  values: readonly number[],
  visible: readonly number[],
  results: readonly number[],
): Sheet => {
  const at = visible.map((value) => values.findIndex((each) => Object.is(each, value)));
  return {
    title,
    head: ["x \\ y", ...visible.map(shown)],
    rows: at.map((i) => [shown(values[i] ?? 0), ...at.map((j) => shown(results[i * values.length + j] ?? 0))]),
    complaints: [],
  };
};

/** A square of results for each function of two floats. */
export const binarySheets = async (): Promise<readonly Sheet[]> => {
  const { results, complaints } = await evaluatePairs("f32", edges);
  return [...ofTwo("f32"), ...comparisons].map((fn, position) => ({
    ...squareOf(`\`${fn}\``, edges, shownEdges, results.get(fn) ?? []),
    complaints: position === 0 ? complaints : [],
  }));
};

/** The same of whole numbers, where dividing by 0 and leaving the range are the corners. */
export const integerSheets = async (): Promise<readonly Sheet[]> => {
  const i32 = await evaluatePairs("i32", wholeEdges);
  const u8 = await evaluatePairs("u8", byteEdges);
  const shownOnes = ["add", "mul", "div", "rem", "shiftLeft", "shiftRight"];
  return [
    ...shownOnes.map((fn, at) => ({
      ...squareOf(`\`${fn}\` of i32`, wholeEdges, wholeEdges, i32.results.get(fn) ?? []),
      complaints: at === 0 ? i32.complaints : [],
    })),
    ...["add", "sub", "mul", "div", "rem"].map((fn, at) => ({
      ...squareOf(`\`${fn}\` of u8`, byteEdges, byteEdges, u8.results.get(fn) ?? []),
      complaints: at === 0 ? u8.complaints : [],
    })),
  ];
};

/** What becomes of floats in other element types, and between bounds. */
export const castSheet = async (): Promise<Sheet> => {
  const names = ["to i32", "to u8", "to bool", "to f64", "clamp -1 1", "clamp -0 0", "clamp 0 -0"] as const;
  const compute = ofOne((x) => ({
    "to i32": cast(x, "i32"),
    "to u8": cast(x, "u8"),
    "to bool": cast(x, "bool"),
    "to f64": cast(x, "f64"),
    "clamp -1 1": clamp(x, -1, 1),
    "clamp -0 0": clamp(x, -0, 0),
    "clamp 0 -0": clamp(x, 0, -0),
  }));
  const run = (values: readonly number[]): Promise<Evaluated> =>
    evaluate(`cast of ${values.length}`, [operand("f32", [values.length], values)], compute);
  const { results, complaints } = await run(castEdges);
  const rest: string[] = [];
  for (let from = 0; from < castEdges.length; from += 3)
    rest.push(...(await run(castEdges.slice(from, from + 3))).complaints);
  return {
    title: "Casts and bounds",
    head: ["x", ...names],
    rows: castEdges.map((x, at) => [shown(x), ...names.map((name) => shown(results.get(name)?.[at] ?? 0))]),
    complaints: [...complaints, ...rest],
  };
};
