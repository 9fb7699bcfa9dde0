// Which operand a kernel may write over: one whose elements are read for the last time before they are stored.
import { expect, test } from "vitest";
import { add, type BlockBuilder, binary, buildBody, f32, load, subtract } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import { readsBeforeWriting } from "../../../src/passes/lowering/finish-kernel.ts";

const extent = 8;

const x = (index: Expr): Expr => load("f32", "x", index);

/** Whether y may lie where x does, if this is what an iteration does. */
const mayWriteOver = (fill: (body: BlockBuilder, i: Expr) => void): boolean =>
  readsBeforeWriting(
    buildBody((body) => body.loop(extent, (i, inner) => fill(inner, i))),
    "y",
    "x",
  );

test("an element that is read and stored in one statement, or read before, may be written over", () => {
  expect(mayWriteOver((body, i) => body.store("y", i, binary("add", x(i), x(i))))).toBe(true);
  expect(mayWriteOver((body, i) => body.store("y", i, binary("mul", body.name(x(i)), x(i))))).toBe(true);
});

test("one that is read again right after it was stored may not", () => {
  const storedTwice = mayWriteOver((body, i) => {
    body.store("y", i, x(i));
    body.store("y", i, binary("mul", x(i), f32(2)));
  });
  expect(storedTwice).toBe(false);
});

test("others than the one that is stored may not be read", () => {
  expect(mayWriteOver((body, i) => body.store("y", i, x(add(i, 1))))).toBe(false);
  expect(mayWriteOver((body, i) => body.store("y", add(i, 1), x(add(i, 2))))).toBe(false);
  expect(mayWriteOver((body, i) => body.store("y", i, x(subtract(i, 1))))).toBe(false);
  expect(mayWriteOver((body, i) => body.store("y", i, binary("add", x(i), x(add(i, 1)))))).toBe(false);
});
