// What the type checker knows of functions by name: this file is compiled with the project and never run.
import { expectTypeOf } from "vitest";
import {
  add,
  concat,
  conv2d,
  type Dims,
  type DType,
  define,
  gelu,
  matmul,
  mul,
  reshape,
  sum,
  type Tensor,
} from "../../src/index.ts";

declare const given: <D extends DType, const S extends Dims>(dtype: D, shape: S) => Tensor<[...S], D>;

const mlp = define(
  "mlp",
  { x: ["f32", "B", "T", "D"], up: ["f32", "D", "F"], down: ["f32", "F", "D"] },
  ({ x, up, down }) => add(x, matmul(gelu(matmul(x, up)), down)),
);
const x = given("f32", ["N", 16, 768]);
const up = given("f32", [768, 3072]);
const down = given("f32", [3072, 768]);

// A call: extents of the call in the places of symbols.
expectTypeOf(mlp({ x, up, down })).toEqualTypeOf<Tensor<["N", 16, 768], "f32">>();
expectTypeOf(mlp({ up, down, x: given("f32", [2, "T+1", 768]) })).toEqualTypeOf<Tensor<[2, "T+1", 768], "f32">>();

// Results are exact through products, sums and floored quotients.
const flat = define("flat", { x: ["f32", "B", "T", "D"] }, ({ x }) => reshape(x, ["B*T", "D"]));
expectTypeOf(flat({ x: given("f32", [8, 16, 4]) })).toEqualTypeOf<Tensor<[128, 4], "f32">>();
expectTypeOf(flat({ x: given("f32", ["N", 16, 4]) })).toEqualTypeOf<Tensor<["16*N", 4], "f32">>();
expectTypeOf(flat({ x: given("f32", ["N+1", "M", 4]) })).toEqualTypeOf<Tensor<["M*N+M", 4], "f32">>();
const joined = define("joined", { a: ["f32", "P", 3], b: ["f32", "Q", 3] }, ({ a, b }) => concat([a, b], 0));
expectTypeOf(joined({ a: given("f32", [2, 3]), b: given("f32", ["Q", 3]) })).toEqualTypeOf<Tensor<["Q+2", 3], "f32">>();
const halved = define("halved", { x: ["f32", "N", 3, "H", "W"], w: ["f32", 8, 3, 3, 3] }, ({ x, w }) =>
  conv2d(x, w, { stride: 2, padding: 1 }),
);
expectTypeOf(halved({ x: given("f32", [1, 3, 224, "2*K"]), w: given("f32", [8, 3, 3, 3]) })).toEqualTypeOf<
  Tensor<[1, 8, 112, "K"], "f32">
>();

// Lists and records of results.
const both = define("both", { x: ["f32", "B", "D"] }, ({ x }) => [mul(x, 2), sum(x)]);
expectTypeOf(both({ x: given("f32", [3, 4]) })).toEqualTypeOf<readonly [Tensor<[3, 4], "f32">, Tensor<[], "f32">]>();
const named = define("named", { x: ["f32", "B", "D"] }, ({ x }) => ({ twice: mul(x, 2), total: sum(x) }));
expectTypeOf(named({ x: given("f32", [3, 4]) })).toEqualTypeOf<{
  readonly twice: Tensor<[3, 4], "f32">;
  readonly total: Tensor<[], "f32">;
}>();

// What is unknown is compatible with everything and stays unknown.
expectTypeOf(mlp({ x: given("f32", [2, 3, 4] as number[]), up, down })).toEqualTypeOf<
  Tensor<[number, number, number], "f32">
>();
declare const batch: number;
expectTypeOf(flat({ x: given("f32", [batch, 16, 4]) })).toEqualTypeOf<Tensor<[number, 4], "f32">>();

// An expression is checked where its symbols are read elsewhere.
const gated = define("gated", { x: ["f32", "B", "2*D"], w: ["f32", "2*D", "D"] }, ({ x, w }) => matmul(x, w));
expectTypeOf(gated({ x: given("f32", [2, 8]), w: given("f32", [8, 4]) })).toEqualTypeOf<Tensor<[2, 4], "f32">>();

// Mistakes: one message, at the argument, and a result that fits everything.
const wrong = mlp({
  x,
  up,
  // @ts-expect-error: F is 3072 by `up`
  down: given("f32", [3071, 768]),
});
expectTypeOf(wrong.shape).toBeAny();
expectTypeOf(wrong.dtype).toBeAny();
mlp({
  x,
  up,
  // @ts-expect-error: the element type
  down: given("f64", [3072, 768]),
});
mlp({
  // @ts-expect-error: the number of axes
  x: given("f32", [3072, 768]),
  up,
  down,
});
mlp({
  x,
  up,
  down,
  // @ts-expect-error: no such argument
  bias: up,
});
// @ts-expect-error: an argument is missing
mlp({ x, up });
gated({
  // @ts-expect-error: 2*D is 8
  x: given("f32", [2, 7]),
  w: given("f32", [8, 4]),
});

define(
  "unbound",
  // @ts-expect-error: nothing says what D is
  { x: ["f32", "B", "2*D"] },
  ({ x }) => x,
);
define("body", { x: ["f32", "B", "T", "D"], up: ["f32", "D", "F"] }, ({ x, up }) =>
  add(
    x,
    // @ts-expect-error: extents D and F do not broadcast
    matmul(x, up),
  ),
);
