// What the kernels of loop-cases.ts and lane-cases.ts are made of: buffers long enough for several chunks, and short words for expressions.
import { binary, load } from "../../src/ir/loop/build.ts";
import type { Expr } from "../../src/ir/loop/expr.ts";
import type { ParameterRow } from "./kernel-program.ts";

/** Elements of each buffer. */
export const n = 1300;

export const x: ParameterRow = ["x", "f32", n, "read"];
export const y: ParameterRow = ["y", "f32", n, "read"];
export const out: ParameterRow = ["out", "f32", n, "write"];
export const both: ParameterRow = ["both", "f32", n, "update"];
export const at = (buffer: string, index: Expr | number): Expr => load("f32", buffer, index);
export const sum = (left: Expr, right: Expr): Expr => binary("add", left, right);
export const product = (left: Expr, right: Expr): Expr => binary("mul", left, right);
