// What the type checker knows of functions with a derivative of their own: this file is compiled with the project and never run.
import { expectTypeOf } from "vitest";
import { add, customGradient, type Dims, type DType, mul, sigmoid, type Tensor } from "../../src/index.ts";

declare const given: <D extends DType, const S extends Dims>(dtype: D, shape: S) => Tensor<[...S], D>;
const x = given("f32", ["B", 4]);

// Without types, operands and results are tensors of which nothing is known, but their numbers are.
const plain = customGradient({
  name: "plain",
  forward: (a, b) => [mul(a, sigmoid(b)), add(a, b)] as const,
  gradient: ({ operands: [a, b], results: [p, q], cotangents: [c, d] }) => [mul(c, mul(b, p)), add(d, mul(a, q))],
});
expectTypeOf(plain(x, x)).toEqualTypeOf<readonly [Tensor, Tensor]>();
// @ts-expect-error: two operands
plain(x);

// With the types of parameters, results follow.
const exact = customGradient({
  name: "exact",
  forward: (a: Tensor<["B", 4], "f32">) => mul(a, sigmoid(a)),
  gradient: ({ operands: [a], cotangents: [c] }) => [mul(c, a)],
});
expectTypeOf(exact(x)).toEqualTypeOf<Tensor<["B", 4], "f32">>();
// @ts-expect-error: another shape
exact(given("f32", ["B", 5]));

// With a type given beforehand, whatever that says.
const typed = customGradient<<S extends Dims>(a: Tensor<S, "f32">) => readonly [Tensor<S, "f32">, Tensor<[], "f32">]>({
  name: "typed",
  forward: (a) => [mul(a, 2), a.sum()],
  gradient: ({ cotangents: [c, d] }) => [add(c, d)],
});
expectTypeOf(typed(x)).toEqualTypeOf<readonly [Tensor<["B", 4], "f32">, Tensor<[], "f32">]>();
// @ts-expect-error: another element type
typed(given("i32", ["B", 4]));

customGradient({
  name: "too few gradients",
  forward: (a, b) => mul(a, b),
  // @ts-expect-error: one gradient for two operands
  gradient: ({ operands: [, b], cotangents: [c] }) => [mul(c, b)],
});
customGradient({
  name: "too many cotangents",
  forward: (a) => mul(a, 2),
  // @ts-expect-error: one result, one cotangent
  gradient: ({ cotangents: [c, d] }) => [add(c, d)],
});
