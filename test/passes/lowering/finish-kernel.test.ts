// Which operand a kernel may write over: one whose elements are read for the last time before they are stored.
import { expect, test } from "vitest";
import { add, type BlockBuilder, binary, buildBody, f32, load, subtract } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { KernelParameter } from "../../../src/ir/loop/kernel.ts";
import { changesNothing, readsBeforeWriting } from "../../../src/passes/lowering/finish-kernel.ts";

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

test("a call that copies buffers to themselves changes nothing", () => {
  const changes = (buffers: readonly string[], fill: (body: BlockBuilder, i: Expr) => void): boolean => {
    const parameters = ["y", "x"].map(
      (name): KernelParameter => ({ name, dtype: "f32", length: extent, access: "read" }),
    );
    const body = buildBody((root) => root.loop(extent, (i, inner) => fill(inner, i)));
    return !changesNothing({ name: "k", parameters, inPlace: [], body }, { kernel: "k", buffers });
  };
  const copy = (body: BlockBuilder, i: Expr): void => body.store("y", i, x(i));
  expect(changes(["a", "a"], copy)).toBe(false);
  expect(changes(["a", "b"], copy)).toBe(true);
  expect(changes(["a", "a"], (body, i) => body.store("y", i, x(subtract(i, 1))))).toBe(true);
  expect(changes(["a", "a"], (body, i) => body.store("y", i, binary("add", x(i), f32(0))))).toBe(true);
  expect(changes(["a", "a"], (body, i) => body.store("y", i, body.name(x(i))))).toBe(true);
});
