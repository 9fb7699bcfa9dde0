// W258 to W263, and W140: functions by name that do not fit together, or are called with what does not fit.
import { describe, expect, it } from "vitest";
import { add, define, exp, gelu, matmul, maxPool2d, mul, slice } from "../../src/ir/functions/index.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { graphOf } from "../passes/support.ts";
import { described } from "../support/described.ts";

/** What a caller without a type checker passes. */
const untyped = (value: unknown): never => value as never;

const inGraph = (call: (given: (shape: readonly number[], dtype?: "f32" | "f64") => never) => unknown): string =>
  described(() =>
    graphOf((trace) => {
      let count = 0;
      const x = trace.input("x", { dtype: "f32", shape: [2] });
      call((shape, dtype = "f32") => untyped(trace.input(`x${count++}`, { dtype, shape })));
      return { x };
    }),
  );

const mlp = define("mlp", { x: ["f32", "B", "D"], up: ["f32", "D", "F"], down: ["f32", "F", "D"] }, ({ x, up, down }) =>
  add(x, matmul(gelu(matmul(x, up)), down)),
);

describe("a call of a function by name", () => {
  it("W258: an argument of another type", () => {
    expect(
      inGraph((given) => {
        const x = given([2, 8], "f64");
        mlp({ x, up: given([8, 16]), down: given([16, 8]) });
      }),
    ).toMatchInlineSnapshot(`
      "error[W258]: mlp: x is f64[2, 8], not f32[B, D]

        test/errors/functions-by-name.test.ts
         |         mlp({ x, up: given([8, 16]), down: given([16, 8]) });
         |         ^^^
        x        f64[2, 8]   from test/errors/functions-by-name.test.ts
        up       f32[8, 16]  from test/errors/functions-by-name.test.ts
        down     f32[16, 8]  from test/errors/functions-by-name.test.ts
        defined              from test/errors/functions-by-name.test.ts
        help: give f32[B, D], its symbols standing for any extents, or change the signature."
    `);
  });

  it("W259: extents that disagree, with the places of all arguments, of the call and of the definition", () => {
    expect(
      inGraph((given) => {
        const x = given([2, 8]);
        const up = given([8, 16]);
        const down = given([15, 8]);
        mlp({ x, up, down });
      }),
    ).toMatchInlineSnapshot(`
      "error[W259]: mlp: F is 16, but down has 15 (f32[15, 8] for [F, D])

        test/errors/functions-by-name.test.ts
         |         mlp({ x, up, down });
         |         ^^^
        x        f32[2, 8]   from test/errors/functions-by-name.test.ts
        up       f32[8, 16]  from test/errors/functions-by-name.test.ts
        down     f32[15, 8]  from test/errors/functions-by-name.test.ts
        defined              from test/errors/functions-by-name.test.ts
        help: down needs 16 in the place of F; what a symbol is, the argument says in which it stands alone furthest back."
    `);
  });

  it("W259: an expression that is another number", () => {
    const gated = define("gated", { x: ["f32", "B", "2*D"], w: ["f32", "2*D", "D"] }, ({ x, w }) => matmul(x, w));
    expect(inGraph((given) => gated({ x: given([2, 7]), w: given([8, 4]) }))).toContain(
      "error[W259]: gated: 2*D is 8, but x has 7 (f32[2, 7] for [B, 2*D])",
    );
  });

  it("W260: an argument that the function has not", () => {
    expect(
      inGraph((given) =>
        mlp(untyped({ x: given([2, 8]), up: given([8, 16]), down: given([16, 8]), bias: given([8]) })),
      ),
    ).toMatchInlineSnapshot(`
      "error[W260]: mlp: there is no argument bias

        test/errors/functions-by-name.test.ts
         |         mlp(untyped({ x: given([2, 8]), up: given([8, 16]), down: given([16, 8]), bias: given([8]) })),
         |         ^^^
        x        f32[2, 8]   from test/errors/functions-by-name.test.ts
        up       f32[8, 16]  from test/errors/functions-by-name.test.ts
        down     f32[16, 8]  from test/errors/functions-by-name.test.ts
        bias     f32[8]      from test/errors/functions-by-name.test.ts
        defined              from test/errors/functions-by-name.test.ts
        help: leave it out, or add it to the signature."
    `);
  });

  it("W140: an argument that is missing, or no record at all", () => {
    const shown = inGraph((given) => mlp(untyped({ x: given([2, 8]), up: given([8, 16]) })));
    expect(shown).toMatchInlineSnapshot(`
      "error[W140]: mlp: down: a tensor is expected, got undefined

        test/errors/functions-by-name.test.ts
         |     const shown = inGraph((given) => mlp(untyped({ x: given([2, 8]), up: given([8, 16]) })));
         |                                      ^^^
        help: write mlp({ x, up, down })."
    `);
    expect(inGraph((given) => mlp(given([2, 8])))).toContain("mlp: a record of tensors is expected");
  });

  it("W126: an extent that falls below 0 in this call", () => {
    const shorter = define("shorter", { x: ["f32", "N"] }, ({ x }) => slice(x, [{ end: "N-3" }]));
    const shown = inGraph((given) => shorter({ x: given([2]) }));
    expect(shown).toMatchInlineSnapshot(`
      "error[W126]: specialize: slice gives a shape with an extent below 0: [N-3] with N = 2

        test/errors/functions-by-name.test.ts
         |     const shorter = define("shorter", { x: ["f32", "N"] }, ({ x }) => slice(x, [{ end: "N-3" }]));
         |                                                                       ^^^^^
        called  from test/errors/functions-by-name.test.ts
        help: choose larger dimensions, or cut away less."
    `);
  });

  it("a mistake that only these extents make stands in the body, with the call beside it", () => {
    const pooled = define("pooled", { x: ["f32", "N", "C", "H", "W"] }, ({ x }) => maxPool2d(x, 5));
    const shown = inGraph((given) => pooled({ x: given([2, 1, 8, 4]) }));
    expect(shown).toMatchInlineSnapshot(`
      "error[W243]: maxPool2d: the window is larger than the padded width: 5 vs 4 (f32[2, 1, 8, 4])

        test/errors/functions-by-name.test.ts
         |     const pooled = define("pooled", { x: ["f32", "N", "C", "H", "W"] }, ({ x }) => maxPool2d(x, 5));
         |                                                                                    ^^^^^^^^^
        operand 1  f32[2, 1, 8, 4]  from test/errors/functions-by-name.test.ts
        called                      from test/errors/functions-by-name.test.ts
        help: pad by at least 1 more, or use a smaller kernel or dilation."
    `);
  });
});

describe("the definition of a function by name", () => {
  it("a mistake in the body is told at its line, before anything calls it", () => {
    expect(
      described(() =>
        define("sum", { x: ["f32", "B", "T"], y: ["f32", "T", "B"] }, ({ x, y }) => {
          const doubled = mul(x, 2);
          return add(doubled, untyped(y));
        }),
      ),
    ).toMatchInlineSnapshot(`
      "error[W207]: add: extents B and T do not broadcast ([B, T] vs [T, B])

        test/errors/functions-by-name.test.ts
         |           return add(doubled, untyped(y));
         |                  ^^^
        operand 1  f32[B, T]  from test/errors/functions-by-name.test.ts
        operand 2  f32[T, B]  from test/errors/functions-by-name.test.ts
        help: align the shapes at their last axis: two extents must be equal, or one of them 1; reshape or transpose an operand."
    `);
  });

  it("W261: a symbol that stands alone in no argument", () => {
    const shown = described(() => define("halves", untyped({ x: ["f32", "B", "2*D"] }), ({ x }) => x));
    expect(shown).toMatchInlineSnapshot(`
      "error[W261]: halves: the symbol D stands alone in no argument (x: f32[B, 2*D])

        test/errors/functions-by-name.test.ts
         |     const shown = described(() => define("halves", untyped({ x: ["f32", "B", "2*D"] }), ({ x }) => x));
         |                                   ^^^^^^
        help: give an extent that is D alone, or a symbol of its own for the whole expression."
    `);
  });

  it("W262: a tensor that is no argument, whatever graph it is of", () => {
    const shown = inGraph((given) => {
      const alpha: Tensor = given([]);
      define("scaled", { x: ["f32", "N"] }, ({ x }) => untyped(alpha.mul(exp(x))));
    });
    expect(shown).toMatchInlineSnapshot(`
      "error[W262]: scaled: the body uses a tensor that is not among its arguments

        test/errors/functions-by-name.test.ts
         |       define("scaled", { x: ["f32", "N"] }, ({ x }) => untyped(alpha.mul(exp(x))));
         |                                                                      ^^^
        defined            from test/errors/functions-by-name.test.ts
        operand 1  f32[N]  from test/errors/functions-by-name.test.ts
        operand 2  f32[N]  from test/errors/functions-by-name.test.ts
        help: make it one more argument; in training that is also true of the random masks of dropout."
    `);
  });

  it("W263: a result that is no tensor", () => {
    const shown = described(() => define("three", { x: ["f32", "N"] }, () => untyped(3)));
    expect(shown).toMatchInlineSnapshot(`
      "error[W263]: three: the body gives 3, where a tensor is expected

        test/errors/functions-by-name.test.ts
         |     const shown = described(() => define("three", { x: ["f32", "N"] }, () => untyped(3)));
         |                                   ^^^^^^
        help: return a tensor, a list of tensors, or a record of tensors."
    `);
    expect(described(() => define("three", { x: ["f32", "N"] }, ({ x }) => [x, untyped(3)]))).toContain(
      "three: the body gives 3, where a tensor is expected",
    );
  });

  it("W140 and W209: what is no signature", () => {
    const shown = described(() => define("f", untyped({ x: ["f16", "N"] }), ({ x }) => x));
    expect(shown).toMatchInlineSnapshot(`
      "error[W140]: f: x: one of f32, f64, i32, u8, bool is expected, got "f16"

        test/errors/functions-by-name.test.ts
         |     const shown = described(() => define("f", untyped({ x: ["f16", "N"] }), ({ x }) => x));
         |                                   ^^^^^^
        help: write define("scaled", { x: ["f32", "B", "T"], by: ["f32", "T"] }, ({ x, by }) => mul(x, by))."
    `);
    expect(described(() => define("f", untyped({ x: "f32" }), ({ x }) => x))).toContain(
      "f: x: an element type and extents in a list is expected",
    );
    expect(described(() => define("f", untyped({ x: ["f32", "N +"] }), ({ x }) => x))).toContain(
      "error[W209]: f: x: N + is not",
    );
    expect(described(() => define(untyped(3), {}, untyped(3)))).toContain("a name is expected");
  });
});
