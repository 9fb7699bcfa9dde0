// W290 to W295, and W140: functions with a derivative of their own that do not fit together. The place is that of the definition,
// and the call stands beside it.
import { describe, expect, it } from "vitest";
import { customGradient, mul, sum } from "../../src/ir/functions/index.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { graphOf } from "../passes/support.ts";
import { described } from "../support/described.ts";
import { reading } from "../support/rendered.ts";

/** What a caller without a type checker passes. */
const untyped = (value: unknown): never => value as never;

const inGraph = (call: (x: Tensor, n: Tensor, y: Tensor) => unknown): string =>
  described(() =>
    graphOf((trace) => {
      const x = trace.input("x", { dtype: "f32", shape: [2, 4] });
      call(x, trace.input("n", { dtype: "i32", shape: [4] }), trace.input("y", { dtype: "f32", shape: [4] }));
      return { x };
    }),
  );

describe("customGradient", () => {
  it("W295: a gradient of another shape than its operand, at the line that defines it", () => {
    const shifted = customGradient({
      name: "shifted",
      forward: (x, bias) => x.add(bias),
      gradient: ({ cotangents: [c] }) => [c, c],
    });
    expect(inGraph((x, _, y) => shifted(x, y))).toMatchInlineSnapshot(`
      "error[W295]: shifted: the gradient of operand 2 is f32[2, 4], and should be f32[4]

        test/errors/custom-gradients.test.ts
         |     const shifted = customGradient({
         |                     ^^^^^^^^^^^^^^
        called  from test/errors/custom-gradients.test.ts
        help: sum over the axes along which the operand was repeated, and cast where element types differ."
    `);
  });

  it("W295: a gradient of a whole number", () => {
    const picked = customGradient({
      name: "picked",
      forward: (x, at) => x.gather(at, 1),
      gradient: ({ operands: [x, at], cotangents: [c] }) => [mul(x, sum(c)), at],
    });
    expect(inGraph((x, n) => picked(x, n))).toMatchInlineSnapshot(`
      "error[W295]: picked: the gradient of operand 2 is i32[4], and should be null

        test/errors/custom-gradients.test.ts
         |     const picked = customGradient({
         |                    ^^^^^^^^^^^^^^
        called  from test/errors/custom-gradients.test.ts
        help: return null at its place: whole numbers and truth values do not vary continuously."
    `);
  });

  it("W294: another number of gradients", () => {
    const product = customGradient({
      name: "product",
      forward: (x, y) => x.mul(y),
      gradient: ({ operands: [, y], cotangents: [c] }) => untyped([c.mul(y)]),
    });
    expect(inGraph((x, _, y) => product(x, y))).toMatchInlineSnapshot(`
      "error[W294]: product: gradient gives 1 gradient for 2 operands

        test/errors/custom-gradients.test.ts
         |     const product = customGradient({
         |                     ^^^^^^^^^^^^^^
        called  from test/errors/custom-gradients.test.ts
        help: return one for each operand, in their order; null for those that get none."
    `);
  });

  it("W293: a tensor of the graph around it, in either part", () => {
    const captured = (part: "forward" | "gradient", around: Tensor) =>
      customGradient({
        name: "scaled",
        forward: (x) => (part === "forward" ? x.mul(around) : x),
        gradient: ({ cotangents: [c] }) => [c.mul(around)],
      });
    expect(inGraph((x, _, y) => captured("forward", y)(x))).toMatchInlineSnapshot(`
      "error[W293]: scaled: forward uses a tensor that is not among its operands

        test/errors/custom-gradients.test.ts
         |         forward: (x) => (part === "forward" ? x.mul(around) : x),
         |                                                 ^^^
        defined               from test/errors/custom-gradients.test.ts
        operand 1  f32[2, 4]  from test/errors/custom-gradients.test.ts
        operand 2  f32[2, 4]  from test/errors/custom-gradients.test.ts
        called                from test/errors/custom-gradients.test.ts
        help: make it one more operand, and return its gradient, or null, at its place."
    `);
    expect(inGraph((x, _, y) => captured("gradient", y)(x))).toMatchInlineSnapshot(`
      "error[W293]: scaled: gradient uses a tensor that is not among its operands

        test/errors/custom-gradients.test.ts
         |         gradient: ({ cotangents: [c] }) => [c.mul(around)],
         |                                               ^^^
        defined               from test/errors/custom-gradients.test.ts
        operand 1  f32[2, 4]  from test/errors/custom-gradients.test.ts
        operand 2  f32[2, 4]  from test/errors/custom-gradients.test.ts
        called                from test/errors/custom-gradients.test.ts
        help: make it one more operand, and return its gradient, or null, at its place."
    `);
  });

  it("W293: a result that was made around it", () => {
    const around = (y: Tensor) =>
      customGradient({ name: "constant", forward: (x) => (x === y ? x : y.exp()), gradient: () => [null] });
    expect(inGraph((x, _, y) => around(y)(x))).toMatchInlineSnapshot(`
      "error[W293]: constant: forward uses a tensor that is not among its operands

        test/errors/custom-gradients.test.ts
         |       customGradient({ name: "constant", forward: (x) => (x === y ? x : y.exp()), gradient: () => [null] });
         |       ^^^^^^^^^^^^^^
        defined  from test/errors/custom-gradients.test.ts
        called   from test/errors/custom-gradients.test.ts
        help: make it one more operand, and return its gradient, or null, at its place."
    `);
  });

  it("W292: what is no tensor", () => {
    const three = customGradient({
      name: "three",
      forward: (x) => untyped(x.shape.length + 1),
      gradient: () => [null],
    });
    expect(inGraph((x) => three(x))).toMatchInlineSnapshot(`
      "error[W292]: three: forward gives 3, where a tensor is expected

        test/errors/custom-gradients.test.ts
         |     const three = customGradient({
         |                   ^^^^^^^^^^^^^^
        called  from test/errors/custom-gradients.test.ts
        help: return a tensor, or a list of tensors."
    `);
    expect(inGraph((x) => customGradient({ name: "one", forward: (a) => a, gradient: untyped(() => 1) })(x))).toContain(
      "W292",
    );
    expect(
      inGraph((x) => customGradient({ name: "zero", forward: (a) => a, gradient: untyped(() => [0]) })(x)),
    ).toMatchInlineSnapshot(`
      "error[W292]: zero: gradient gives 0, where a tensor is expected

        test/errors/custom-gradients.test.ts
         |       inGraph((x) => customGradient({ name: "zero", forward: (a) => a, gradient: untyped(() => [0]) })(x)),
         |                      ^^^^^^^^^^^^^^
        called  from test/errors/custom-gradients.test.ts
        help: return a list with one tensor for each operand, or null for an operand that gets no gradient."
    `);
  });

  it("W230: an operand that is no tensor, at the call", () => {
    const same = customGradient({ name: "same", forward: (x) => x, gradient: ({ cotangents: [c] }) => [c] });
    const given = untyped(2);
    const shown = inGraph(() => same(given));
    expect(shown).toMatchInlineSnapshot(`
      "error[W230]: same: a tensor is expected, not 2

        test/errors/custom-gradients.test.ts
         |     const shown = inGraph(() => same(given));
         |                                 ^^^^
        help: make numbers part of the graph with constant(values, shape), or declare them as an input."
    `);
  });

  it("W140: a definition that lacks something", () => {
    const shown = described(() => customGradient(untyped({ name: "a", forward: (x: Tensor) => x })));
    expect(shown).toMatchInlineSnapshot(`
      "error[W140]: customGradient: gradient: a function is expected, got undefined

        test/errors/custom-gradients.test.ts
         |     const shown = described(() => customGradient(untyped({ name: "a", forward: (x: Tensor) => x })));
         |                                   ^^^^^^^^^^^^^^
        help: write customGradient({ name: "swish", forward: (x) => ..., gradient: ({ operands: [x], cotangents: [c] }) => [...] })."
    `);
    expect(described(() => customGradient(untyped({ name: "" })))).toContain("a name is expected");
  });
});

const call = (attributes: string, operand = "%y"): string =>
  reading(`graph @g(%x: f32[B, 4], %y: f32[4]) {\n%0 = call ${operand} {name = "f", ${attributes}} : f32[4]\n}`);

const body = "body = (%x: f32[4]) { yield %x }";

describe("call, in text", () => {
  it("W290: an operand that its body does not take", () => {
    const gradient = "gradient = (%x: f32[4], %y: f32[4], %c: f32[4]) { yield %c }";
    expect(call(`${body}, wanted = [0], ${gradient}`, "%x")).toMatchInlineSnapshot(`
      "error[W290]: call: the operands of f are f32[B, 4], not f32[4]

        model.weft:2:6
         1 | graph @g(%x: f32[B, 4], %y: f32[4]) {
         2 | %0 = call %x {name = "f", body = (%x: f32[4]) { yield %x }, wanted = [0], gradient = (%x: f32[4], %y: f32[4], %c: f32[4]
           |      ^^^^
        operand 1  f32[B, 4]  from model.weft:1:10
        help: give f32[4], or change the body."
    `);
  });

  it("W290: a gradient that does not go with its body", () => {
    const gradient = "gradient = (%x: f32[4], %c: f32[4]) { yield %c }";
    expect(call(`${body}, wanted = [0], ${gradient}`)).toMatchInlineSnapshot(`
      "error[W290]: call: the inputs of the gradient of f are f32[4], f32[4], not f32[4], f32[4], f32[4]

        model.weft:2:6
         1 | graph @g(%x: f32[B, 4], %y: f32[4]) {
         2 | %0 = call %y {name = "f", body = (%x: f32[4]) { yield %x }, wanted = [0], gradient = (%x: f32[4], %c: f32[4]) { yield %c
           |      ^^^^
        operand 1  f32[4]  from model.weft:1:25
        help: give f32[4], f32[4], f32[4], or change the body."
    `);
    const none = "gradient = (%x: f32[4], %y: f32[4], %c: f32[4]) { yield }";
    expect(call(`${body}, wanted = [0], ${none}`)).toContain("call: the gradients of f are nothing, not f32[4]");
  });

  it("W291: a gradient of an operand that is not there", () => {
    const gradient = "gradient = (%x: f32[4], %y: f32[4], %c: f32[4]) { yield }";
    expect(call(`${body}, wanted = [1], ${gradient}`)).toMatchInlineSnapshot(`
      "error[W291]: call: gradients of the operands [1] are wanted of f, which has 1

        model.weft:2:6
         1 | graph @g(%x: f32[B, 4], %y: f32[4]) {
         2 | %0 = call %y {name = "f", body = (%x: f32[4]) { yield %x }, wanted = [1], gradient = (%x: f32[4], %y: f32[4], %c: f32[4]
           |      ^^^^
        operand 1  f32[4]  from model.weft:1:25
        help: let \`wanted\` list positions of operands, counted from 0."
    `);
  });
});
