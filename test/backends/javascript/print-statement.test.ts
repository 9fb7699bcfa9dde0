// How whole numbers and stores are printed: wrapped to 32 bits only where they may leave them, lanes named only where they must be.
import { describe, expect, test } from "vitest";
import { instantiateJavaScript } from "../../../src/backends/javascript/instantiate-javascript.ts";
import {
  add,
  type BlockBuilder,
  binary,
  compare,
  i32,
  literal,
  load,
  multiply,
  splat,
  subtract,
  unary,
} from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import { type Contents, expectedOf, kernelOf, programOf, resultsOf } from "../../support/kernel-program.ts";
import { expectSameBits, printedLines } from "../../support/printed-kernel.ts";

const kernelFrom = (fill: (body: BlockBuilder) => void, dtype: DType = "i32") =>
  kernelOf(
    [
      ["x", "i32", 8, "read"],
      ["y", dtype, 8, "update"],
    ],
    fill,
  );

/** The lines of the kernel. */
const linesOf = (fill: (body: BlockBuilder) => void, dtype: DType = "i32"): readonly string[] =>
  printedLines(kernelFrom(fill, dtype));

describe("whole numbers", () => {
  test("a remainder is wrapped where it may be -0 only", () => {
    const lines = linesOf((body) =>
      body.loop(8, (i, inner) => {
        inner.store("y", i, binary("rem", i, i32(3)));
        inner.store("y", i, binary("rem", load("i32", "x", i), i32(3)));
      }),
    );
    expect(lines.slice(1, -1)).toEqual(["    inout0[i0] = i0 % 3;", "    inout0[i0] = (in0[i0] % 3) | 0;"]);
  });

  test("what is left of a number divided by 0 is a number to go on with", async () => {
    const kernel = kernelFrom((body) =>
      body.loop(8, (i, inner) => inner.store("y", i, add(binary("rem", i, load("i32", "x", i)), 1))),
    );
    const program = programOf(kernel);
    const contents: Contents = new Map([["x buffer", Int32Array.of(0, 0, 0, 2, 2, 3, 4, 5)]]);
    const results = resultsOf(program, await instantiateJavaScript(program), contents);
    expect(results["y buffer"]).toEqual([1, 1, 1, 2, 1, 3, 3, 3]);
    expect(results).toEqual(expectedOf(program, contents));
  });

  test("a quotient needs a helper where the divisor may be 0, be it at one end only", () => {
    const lineOf = (divisor: (i: Expr) => Expr) =>
      linesOf((body) => body.loop(8, (i, inner) => inner.store("y", i, binary("div", i32(7), divisor(i)))))[1];
    expect(lineOf((i) => i)).toBe("    inout0[i0] = divide(7, i0);");
    expect(lineOf((i) => subtract(i, 7))).toBe("    inout0[i0] = divide(7, i0 - 7);");
    expect(lineOf((i) => add(i, 1))).toBe("    inout0[i0] = (7 / (i0 + 1)) | 0;");
  });

  test("a product that may be -0 is wrapped, and a quotient by what is never 0 needs no helper", () => {
    const lines = linesOf((body) =>
      body.loop(8, (i, inner) => {
        inner.store("y", i, multiply(subtract(i, 7), i));
        inner.store("y", i, binary("div", i, subtract(i, 8)));
      }),
    );
    expect(lines.slice(1, -1)).toEqual([
      "    inout0[i0] = Math.imul(i0 - 7, i0);",
      "    inout0[i0] = (i0 / (i0 - 8)) | 0;",
    ]);
  });

  test("a product is wrapped where the last index of a loop takes it out of 32 bits", () => {
    const squares = (extent: number): readonly string[] =>
      linesOf((body) => body.loop(extent, (i, inner) => inner.store("y", i, multiply(i, i))));
    expect(squares(46_341)[1]).toBe("    inout0[i0] = i0 * i0;");
    expect(squares(46_342)[1]).toBe("    inout0[i0] = Math.imul(i0, i0);");
  });
});

describe("a store of four lanes", () => {
  const one = literal("f32x4", 1);

  test("names none of them where each is read in its place", () => {
    expect(linesOf((body) => body.store("y", 0, binary("add", load("f32x4", "y", 0), one)), "f32")).toEqual([
      "  inout0[0] = fround(inout0[0] + 1);",
      "  inout0[1] = fround(inout0[1] + 1);",
      "  inout0[2] = fround(inout0[2] + 1);",
      "  inout0[3] = fround(inout0[3] + 1);",
    ]);
  });

  test("names its place once, for as long as nothing in it changes", () => {
    const lines = linesOf(
      (body) =>
        body.loop(2, (i, inner) => {
          for (const each of [1, 2]) inner.store("y", multiply(i, 4), literal("f32x4", each));
        }),
      "f32",
    );
    const stored = (value: number) =>
      ["at0", "at0 + 1", "at0 + 2", "at0 + 3"].map((at) => `    inout0[${at}] = ${value};`);
    expect(lines.slice(1, -1)).toEqual(["    const at0 = i0 * 4;", ...stored(1), ...stored(2)]);
  });

  test("has the constant of a sum added to that of each lane", () => {
    const lines = linesOf(
      (body) => body.loop(2, (i, inner) => inner.store("y", add(multiply(i, 2), 1), literal("f32x4", 1))),
      "f32",
    );
    expect(lines.slice(1, 4)).toEqual([
      "    const at0 = i0 * 2;",
      "    inout0[at0 + 1] = 1;",
      "    inout0[at0 + 2] = 1;",
    ]);
  });

  test("reads a number that all lanes have without a name for it", () => {
    const lines = linesOf((body) => body.store("y", 0, body.name(literal("f32x4", 5))), "f32");
    expect(lines).toEqual([0, 1, 2, 3].map((at) => `  inout0[${at}] = 5;`));
  });

  test("names none of them where they are read further apart, ahead of what is stored", async () => {
    const value: Expr = { kind: "load", type: "i32x4", buffer: "y", index: i32(1), stride: 2 };
    const store = (body: BlockBuilder): void => body.store("y", 1, value);
    expect(linesOf(store)).toEqual([0, 1, 2, 3].map((at) => `  inout0[${at + 1}] = inout0[${at * 2 + 1}];`));
    await expectSameBits(kernelFrom(store));
  });

  test("names all of them before the first is stored where they are read elsewhere", () => {
    expect(linesOf((body) => body.store("y", 1, load("f32x4", "y", 0)), "f32")).toEqual([
      ...[0, 1, 2, 3].map((at) => `  const lane${at} = inout0[${at}];`),
      ...[0, 1, 2, 3].map((at) => `  inout0[${at + 1}] = lane${at};`),
    ]);
  });
});

test("the end of a loop has a name where it may change only", () => {
  const heads = (end: (body: BlockBuilder) => Expr): readonly string[] =>
    linesOf((body) => {
      const to = end(body);
      body.loop(to, (i, inner) => inner.store("y", i, i32(1)));
    }).slice(1, -2);
  expect(heads((body) => body.name(load("i32", "x", 0), "count"))).toEqual(["  for (let i0 = 0; i0 < count0; i0++) {"]);
  expect(heads((body) => body.mutable(load("i32", "x", 0), "count"))).toEqual([
    "  const end0 = count0;",
    "  for (let i0 = 0; i0 < end0; i0++) {",
  ]);
});

test("a condition has another branch only where there is something in it", () => {
  const lines = linesOf((body) =>
    body.when(compare("lt", load("i32", "x", 0), i32(1)), (then) => then.store("y", 0, i32(1))),
  );
  expect(lines).toEqual(["  if (in0[0] < 1) {", "    inout0[0] = 1;", "  }"]);
});

test("a place that may change is not the same place later", async () => {
  const kernel = kernelFrom((body) => {
    const at = body.mutable(i32(0), "at");
    body.store("y", multiply(at, 2), splat(i32(1)));
    body.assign(at, i32(2));
    body.store("y", multiply(at, 2), splat(i32(2)));
  });
  const program = programOf(kernel);
  const results = resultsOf(program, await instantiateJavaScript(program), new Map());
  expect(results["y buffer"]).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
});

test("a square root of f32 is rounded before it is used", async () => {
  const root = unary("sqrt", load("f32", "y", 0));
  const kernel = kernelFrom((body) => body.store("y", 0, binary("mul", root, root)), "f32");
  const program = programOf(kernel);
  const contents: Contents = new Map([["y buffer", Float32Array.of(2)]]);
  const results = resultsOf(program, await instantiateJavaScript(program), contents);
  expect(results["y buffer"]?.[0]).toBe(Math.fround(Math.fround(Math.SQRT2) ** 2));
  expect(results).toEqual(expectedOf(program, contents));
});

test("what lanes share is read anew by the next statement", async () => {
  const kernel = kernelFrom((body) => {
    const sum = body.mutable(i32(3), "sum");
    const squared = splat(multiply(sum, sum));
    body.store("y", 0, squared);
    body.assign(sum, i32(5));
    body.store("y", 4, squared);
  });
  const program = programOf(kernel);
  const contents: Contents = new Map();
  const results = resultsOf(program, await instantiateJavaScript(program), contents);
  expect(results["y buffer"]).toEqual([9, 9, 9, 9, 25, 25, 25, 25]);
  expect(results).toEqual(expectedOf(program, contents));
});

test("operators that group to the left have parentheses on the right only", () => {
  const [x, y, z] = [load("f64", "y", 0), load("f64", "y", 1), load("f64", "y", 2)] as const;
  const less = (left: Expr, right: Expr): Expr => binary("sub", left, right);
  const lineOf = (value: Expr) => linesOf((body) => body.store("y", 0, value), "f64");
  expect(lineOf(less(less(x, y), z))).toEqual(["  inout0[0] = inout0[0] - inout0[1] - inout0[2];"]);
  expect(lineOf(less(x, less(y, z)))).toEqual(["  inout0[0] = inout0[0] - (inout0[1] - inout0[2]);"]);
});
