// Kernels of vectors that are hard for a backend in one way each: lanes that mix, ramps, folds, masks.
import {
  binary,
  cast,
  compare,
  f32,
  i32,
  lane,
  literal,
  load,
  multiply,
  ramp,
  reduceLanes,
  reinterpret,
  select,
  splat,
  unary,
} from "../../src/ir/loop/build.ts";
import type { LoopBinary } from "../../src/ir/loop/expr.ts";
import { type KernelCase, kernelCase as of } from "./kernel-program.ts";
import { at, n, out, product, sum, x, y } from "./loop-case-rows.ts";

/** Kernels whose lanes have to do with each other. */
export const laneCases: readonly KernelCase[] = [
  of("lanes, ramps and splats", [x, out, ["whole", "i32", n, "write"]], (body) =>
    body.loop(
      n,
      (i, inner) => {
        const vector = inner.name(load("f32x4", "x", i));
        const turned = inner.name(sum(vector, splat(lane(vector, 2))));
        inner.store("out", i, product(turned, splat(reduceLanes("add", vector))));
        inner.store("whole", i, binary("add", ramp(i), reinterpret("i32x4", unary("abs", literal("f32x4", 1.5)))));
      },
      { step: 4 },
    ),
  ),
  of("a vector from its own lanes", [out, x], (body) => {
    const vector = body.mutable(load("f32x4", "x", 0));
    body.loop(9, (i, inner) => {
      inner.assign(vector, splat(lane(vector, 1)));
      inner.assign(vector, sum(splat(lane(vector, 0)), load("f32x4", "x", multiply(i, 4))));
    });
    body.store("out", 0, vector);
    body.store("out", 4, reduceLanes("max", vector));
  }),
  of("folds of vectors", [x, y, out], (body) => {
    const total = body.mutable(literal("f32x4", 0));
    const least = body.mutable(literal("f32x4", 5));
    const most = body.mutable(literal("f32x4", -5));
    const power = body.mutable(literal("f32x4", 1));
    body.loop(
      n,
      (i, inner) => {
        const value = inner.name(load("f32x4", "x", i));
        inner.assign(total, sum(total, product(value, splat(at("y", binary("div", i, i32(4)))))));
        inner.assign(least, binary("min", least, value));
        inner.assign(most, binary("max", value, most));
        inner.assign(power, product(power, value));
      },
      { step: 4 },
    );
    for (const [at4, acc] of [total, least, most, power].entries()) body.store("out", at4 * 4, acc);
  }),
  of("folds of scalars", [x, y, out, ["counts", "i32", n, "read"], ["whole", "i32", 8, "write"]], (body) => {
    const fns: readonly LoopBinary[] = ["add", "mul", "min", "max", "sub", "div"];
    const floats = fns.map((fn) => ({ fn, acc: body.mutable(f32(0.75)) }));
    const products = fns.map((fn) => ({ fn, acc: body.mutable(f32(1.25)) }));
    const bits: readonly LoopBinary[] = ["add", "mul", "min", "max", "xor", "and", "or", "sub"];
    const integers = bits.map((fn) => ({ fn, acc: body.mutable(i32(13)) }));
    body.loop(n, (i, inner) => {
      for (const { fn, acc } of floats) inner.assign(acc, binary(fn, acc, at("x", i)));
      for (const { fn, acc } of products) inner.assign(acc, binary(fn, acc, product(at("x", i), at("y", i))));
      for (const { fn, acc } of integers) inner.assign(acc, binary(fn, acc, load("i32", "counts", i)));
    });
    for (const [place, { acc }] of [...floats, ...products].entries()) body.store("out", place, acc);
    for (const [place, { acc }] of integers.entries()) body.store("whole", place, acc);
  }),
  of("masks of vectors", [x, y, out], (body) =>
    body.loop(
      n,
      (i, inner) => {
        const left = inner.name(load("f32x4", "x", i));
        const right = inner.name(load("f32x4", "y", i));
        const mask = inner.name(binary("and", compare("lt", left, right), unary("not", compare("eq", left, right))));
        inner.store("out", i, select(mask, left, cast("f32x4", cast("i32x4", right))));
      },
      { step: 4 },
    ),
  ),
];
