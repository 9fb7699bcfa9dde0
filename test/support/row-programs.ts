// Programs of kernels over rows, written by hand.
import { add, type BlockBuilder, binary, buildBody, f32, load, multiply } from "../../src/ir/loop/build.ts";
import type { Expr } from "../../src/ir/loop/expr.ts";
import type { Buffer, Port, Program } from "../../src/ir/loop/kernel.ts";
import { kernelTable } from "../../src/passes/lowering/finish-kernel.ts";

/** So many rows of four. */
export const [rowCount, width] = [12, 4];

/** A program of one kernel for each body, over buffers of 12 rows: x is its input, t and names that begin with it are between, and others are its outputs. */
export const programOf = (...bodies: readonly ((body: BlockBuilder) => void)[]): Program => {
  const bufferOf = (name: string): Buffer => ({
    name,
    dtype: "f32",
    length: rowCount * width,
    role: name === "x" ? "input" : name.startsWith("t") ? "temporary" : "output",
  });
  const table = kernelTable("exact");
  const calls = bodies.map((fill, at) => table.add(`k${at}`, buildBody(fill), bufferOf));
  const named = [...new Set(["x", "y", ...calls.flatMap(({ buffers }) => buffers)])];
  const ports = (names: readonly string[]): readonly Port[] =>
    names.map((name) => ({ name, buffer: name, type: { dtype: "f32", shape: [rowCount, width] } }));
  const outputs = ports(named.filter((name) => bufferOf(name).role === "output"));
  return {
    name: "rows",
    buffers: new Map(named.map((name) => [name, bufferOf(name)])),
    kernels: table.kernels,
    parameters: [],
    entries: [{ name: "main", inputs: ports(["x"]), outputs, updates: [], calls }],
    prepare: [],
  };
};

/** target[row, :] = value(element of a row) */
export const fillRow = (body: BlockBuilder, target: string, row: Expr, value: (k: Expr) => Expr): void =>
  body.loop(width, (k, inner) => inner.store(target, add(multiply(row, width), k), value(k)));

/** The element of a row. */
export const at = (buffer: string, row: Expr, k: Expr): Expr => load("f32", buffer, add(multiply(row, width), k));

/** Twice a value. */
export const twice = (value: Expr): Expr => binary("mul", value, f32(2));
