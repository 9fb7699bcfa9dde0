// Dead code within a kernel: what nothing reads goes, with what only that read, and with what is left with nothing to do.
import { expect, test } from "vitest";
import { add, binary, compare, f32, i32, load } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { removeDead } from "../../../src/passes/loop/remove-dead.ts";
import { bodyText, kernelOf } from "../../support/loop-runs.ts";

const x = (index: Expr): Expr => load("f32", "x", index);

const left = (kernel: Kernel): readonly string[] => bodyText(removeDead.run(kernel)).split("\n");

test("names that nothing reads go, and those that only these read", () => {
  const kernel = kernelOf((body) => {
    const first = body.name(x(i32(0)));
    body.name(binary("mul", body.name(binary("add", first, f32(1))), f32(2)));
    body.store("y", 0, first);
  });
  expect(left(kernel)).toEqual(["let v0: f32 = x[0]", "y[0] = v0"]);
});

test("a variable goes with all that is assigned to it; one that is read stays with all of it", () => {
  const kernel = kernelOf((body) => {
    const [kept, dead] = [body.mutable(f32(0)), body.mutable(f32(1))];
    body.loop(4, (i, inner) => {
      inner.assign(kept, binary("add", kept, x(i)));
      inner.assign(dead, binary("add", dead, kept));
    });
    body.store("y", 0, kept);
  });
  expect(left(kernel)).toEqual([
    "var acc0: f32 = 0.0",
    "for i0 in 0..4 {",
    "  acc0 = acc0 + x[i0]",
    "}",
    "y[0] = acc0",
  ]);
});

test("loops and branches with nothing left to do go, with their bounds and conditions", () => {
  const kernel = kernelOf((body) => {
    const end = body.name(load("i32", "n", 0));
    body.loop(add(end, 1), (i, inner) => void inner.name(x(i)));
    const limit = body.name(load("i32", "n", 1));
    body.when(
      compare("lt", limit, i32(3)),
      (then) => void then.name(x(limit)),
      (otherwise) => void otherwise.name(x(i32(1))),
    );
    body.store("y", 0, f32(1));
  });
  expect(left(kernel)).toEqual(["y[0] = 1.0"]);
});

test("a branch stays for either of its sides", () => {
  const sides = (fill: "then" | "otherwise"): readonly string[] =>
    left(
      kernelOf((body) =>
        body.when(
          compare("lt", load("i32", "n", 0), i32(3)),
          (then) => void (fill === "then" ? then.store("y", 0, f32(1)) : then.name(f32(1))),
          (otherwise) => void (fill === "then" ? otherwise.name(f32(1)) : otherwise.store("y", 0, f32(2))),
        ),
      ),
    );
  expect(sides("then")).toEqual(["if n[0] < 3 {", "  y[0] = 1.0", "}"]);
  expect(sides("otherwise")).toEqual(["if n[0] < 3 {", "} else {", "  y[0] = 2.0", "}"]);
});
