import { expect, test } from "vitest";
import { buildBody, compare, f32, load, select, variable } from "../../../src/ir/loop/build.ts";
import { anyLane, isMasked, maskOf, withoutMaskedBranches, withoutSeldom } from "../../../src/ir/loop/masked.ts";
import type { Stmt, StmtOf } from "../../../src/ir/loop/stmt.ts";

const x = variable("f32", "x");
const mask = variable("bool", "mask");
const other = variable("bool", "other");

/** `if mask { v := value }` behind `var v = 0`. */
const branch = (value: (v: typeof x) => typeof x, otherwise = false): StmtOf<"if"> => {
  const [, stmt] = buildBody((body) => {
    const v = body.mutable(f32(0), "v");
    body.when(mask, (inner) => inner.assign(v, value(v)), otherwise ? (inner) => inner.assign(v, x) : undefined);
  });
  if (stmt?.kind !== "if") throw new Error("a branch");
  return stmt;
};

test("a branch that keeps its variables where its condition does not hold could as well be taken always", () => {
  expect(isMasked(branch((v) => select(mask, x, v)))).toBe(true);
  expect(isMasked(branch(() => x))).toBe(false);
  expect(isMasked(branch((v) => select(other, x, v)))).toBe(false);
  expect(isMasked(branch((v) => select(mask, v, x)))).toBe(false);
  expect(isMasked(branch((v) => select(mask, x, v), true))).toBe(false);
  expect(isMasked(branch((v) => select(mask, load("f32", "a", 0), v)))).toBe(false);
});

test("what asks whether some lane needs the branch is told from other conditions", () => {
  const lanes = variable("boolx4", "lanes");
  expect(maskOf(anyLane(lanes))).toBe(lanes);
  expect(anyLane(mask)).toBe(mask);
  const plain = compare("ne", variable("i32", "i"), variable("i32", "j"));
  expect(maskOf(plain)).toBe(plain);
});

test("such branches are taken, or left out, in loops as well", () => {
  const seldom = branch((v) => select(mask, x, v));
  const loop: Stmt = {
    kind: "for",
    index: "i",
    from: { kind: "const", type: "i32", value: 0 },
    to: { kind: "const", type: "i32", value: 8 },
    step: 1,
    mode: "serial",
    body: [seldom],
  };
  expect(withoutMaskedBranches([loop])).toStrictEqual([{ ...loop, body: seldom.then }]);
  expect(withoutSeldom([loop, branch(() => x)])).toStrictEqual([{ ...loop, body: [] }, branch(() => x)]);
});
