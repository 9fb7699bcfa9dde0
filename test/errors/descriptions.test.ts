// W131, W140 and W141: descriptions that lack something or say what cannot be. Callers without a type checker can write all
// of these, so the static types are put aside here.
import { describe, expect, it } from "vitest";
import { compileSync, defineModel, meanSquaredError, param, repeat, spec, training } from "../../src/index.ts";
import { transformerEncoder } from "../../src/nn/index.ts";
import { described } from "../support/described.ts";
import { perceptron } from "../support/small-models.ts";

/** What a caller without a type checker passes. */
const untyped = (value: unknown): never => value as never;

/** A tensor, or a record of tensors, of which nothing is known. */
interface Loose {
  (...given: readonly unknown[]): Loose;
  readonly [name: string]: Loose;
}
type Forward = (params: Loose, inputs: Loose) => unknown;

const compiled = (over: Readonly<Record<string, unknown>>): unknown => {
  const base = { name: "m", params: { w: param([3, 2]) }, inputs: { x: spec("f32", ["B", 3]) } };
  const forward: Forward = (p, i) => ({ y: i["x"]?.["matmul"]?.(p["w"]) });
  return compileSync(defineModel(untyped({ ...base, forward, ...over })), { dims: { B: 2 } });
};

const forwardGives = (forward: Forward): unknown => compiled({ forward });

const trained = (over: Readonly<Record<string, unknown>>): unknown => {
  const optimizer = { name: "none", learningRate: 0.1, state: [], update: () => ({}) };
  const loss = (outputs: Loose): unknown => outputs["logits"]?.["mean"]?.();
  return compileSync(training(perceptron, untyped({ loss, optimizer, ...over })), { dims: { B: 2 } });
};

const call = untyped(compileSync(perceptron, { dims: { B: 2 } })) as (feeds: unknown) => unknown;

const cases: readonly (readonly [what: string, action: () => unknown, message: string, help: string])[] = [
  [
    "spec: dtype",
    () => spec(untyped("f16"), ["B"]),
    'spec: a dtype is expected, got "f16"',
    "write one of f32, f64, i32, u8, bool.",
  ],
  [
    "spec: shape",
    () => spec("f32", untyped(3)),
    "spec: a shape is expected, got 3",
    'write a list of extents, such as ["B", 784].',
  ],
  [
    "param: dtype",
    () => param([3], undefined, untyped("complex64")),
    'param: a dtype is expected, got "complex64"',
    "write one of f32, f64, i32, u8, bool.",
  ],
  [
    "param: initializer",
    () => param([3], untyped(0)),
    "param: an initializer is expected, got 0",
    "write param([3, 2], heNormal).",
  ],
  [
    "defineModel",
    () => defineModel(untyped(undefined)),
    "defineModel: a record is expected, got undefined",
    'write defineModel({ name: "digits", params, inputs, forward }).',
  ],
  [
    "name",
    () => compiled({ name: undefined }),
    "defineModel: name: a text is expected, got undefined",
    'write name: "digits".',
  ],
  [
    "params",
    () => compiled({ params: undefined }),
    "params: a parameter, a layer, a record or a list is expected, got undefined",
    "write { weight: param([10, 784]) }.",
  ],
  [
    "a parameter",
    () => compiled({ params: { hidden: { w: null } } }),
    'params: "hidden.w": a parameter, a layer, a record or a list is expected, got null',
    "write { weight: param([10, 784]) }.",
  ],
  [
    "inputs",
    () => compiled({ inputs: undefined }),
    "defineModel: inputs: a record is expected, got undefined",
    'write inputs: { image: spec("f32", ["B", 784]) }.',
  ],
  [
    "an input",
    () => compiled({ inputs: { x: [2, 3] } }),
    'input "x": a spec is expected, got a list',
    'write "x": spec("f32", ["B", 784]).',
  ],
  [
    "forward",
    () => compiled({ forward: undefined }),
    "defineModel: forward: a function is expected, got undefined",
    "write forward: (p, { image }) => ({ logits: p.hidden(image) }).",
  ],
  [
    "forward gives nothing",
    () => forwardGives(() => {}),
    "forward: a record of tensors is expected, got undefined",
    "write return { logits }.",
  ],
  [
    "forward gives no outputs",
    () => forwardGives(() => ({})),
    "forward: a record of tensors is expected, got {}",
    "write return { logits }.",
  ],
  [
    "forward gives one tensor",
    () => forwardGives((_, i) => i["x"]),
    "forward: a record of tensors is expected, got one tensor",
    "write return { logits }.",
  ],
  [
    "forward gives a list",
    () => forwardGives((_, i) => [i["x"]]),
    "forward: a record of tensors is expected, got a list",
    "write return { logits }.",
  ],
  [
    "forward gives a promise",
    () => forwardGives(async (_, i) => ({ y: i["x"] })),
    "forward: a record of tensors is expected, got a Promise",
    "write return { logits }.",
  ],
  [
    "a shape",
    () => forwardGives((_, i) => ({ y: i["x"]?.["reshape"]?.(undefined) })),
    "reshape: a shape is expected, got undefined",
    'write a list of extents, such as ["B", 784].',
  ],
  [
    "loss",
    () => trained({ loss: undefined }),
    "training: loss: a function is expected, got undefined",
    "write loss: ({ logits }, { label }) => crossEntropy(logits, label).",
  ],
  [
    "optimizer",
    () => trained({ optimizer: undefined }),
    "training: the optimizer's update: a function is expected, got undefined",
    "write optimizer: sgd({ learningRate: 0.1 }).",
  ],
  [
    "learning rate",
    () => trained({ optimizer: { update: () => {}, learningRate: Number.NaN } }),
    "learningRate: a finite number or a function of the step is expected, got NaN",
    "write learningRate: 0.1.",
  ],
  [
    "metrics",
    () => trained({ metrics: () => 3 }),
    "metrics: a record of tensors is expected, got 3",
    "write return { right }.",
  ],
  [
    "compile",
    () => compileSync(untyped({})),
    "compile: a model, a training or a decoding is expected, got a record",
    "write compile(defineModel({ ... }), { dims: { B: 32 } }).",
  ],
  [
    "dims",
    () => compileSync(perceptron, { dims: untyped(null) }),
    "compile: dims: a record is expected, got null",
    "write dims: { B: 32 }.",
  ],
  [
    "backend",
    () => compileSync(perceptron, { dims: { B: 2 }, backend: untyped("gpu") }),
    'compile: backend: a backend is expected, got "gpu"',
    'write one of "wasm", "closure", "reference".',
  ],
  [
    "numerics",
    () => compileSync(perceptron, { dims: { B: 2 }, numerics: untyped("fast") }),
    'compile: numerics: a profile of numerics is expected, got "fast"',
    'write numerics: "exact" or "relaxed".',
  ],
  [
    "seed",
    () => compileSync(perceptron, { dims: { B: 2 }, seed: 0.5 }),
    "compile: seed: a whole number is expected, got 0.5",
    "write seed: 1.",
  ],
  [
    "feeds",
    () => call(undefined),
    "predict: a record of arrays is expected, got undefined",
    'write predict({ "features" }).',
  ],
  [
    "restore",
    () => compileSync(perceptron, { dims: { B: 2 } }).parameters.restore(untyped(null)),
    "restore: a record of arrays is expected, got null",
    "write parameters.restore(trainer.parameters.all()).",
  ],
  [
    "restore of a file's bytes",
    () => compileSync(perceptron, { dims: { B: 2 } }).parameters.restore(untyped(new Uint8Array(8))),
    "restore: a record of arrays is expected, got a Uint8Array",
    "write parameters.restore(decodeSafetensors(bytes)).",
  ],
  [
    "repeat",
    () => repeat(-1, () => param([3])),
    "repeat: a whole number from 0 up is expected, got -1",
    "write repeat(12, () => block).",
  ],
  [
    "reduction",
    () => forwardGives((_, i) => ({ y: meanSquaredError(untyped(i["x"]), 1, { reduction: untyped("average") }) })),
    'a loss: reduction: "mean" or "sum" or "none" is expected, got "average"',
    'write reduction: "sum".',
  ],
  [
    "activation",
    () =>
      compiled({
        params: { encode: transformerEncoder(1, 4, 2, { activation: untyped("silu") }) },
        inputs: { x: spec("f32", ["B", "T", 4]) },
        forward: (p: Loose, i: Loose) => ({ y: p["encode"]?.(i["x"]) }),
      }),
    'transformer: activation: "relu" or "gelu" is expected, got "silu"',
    'write activation: "gelu".',
  ],
];

describe("errors of descriptions", () => {
  it.each(cases)("W140: %s", (_, action, message, help) => {
    const lines = described(action).split("\n");
    expect([lines.at(0), lines.at(-1)]).toEqual([`error[W140]: ${message}`, `  help: ${help}`]);
  });

  it("W131: a symbol that no input and no parameter has", () => {
    const text = described(() => forwardGives((p) => ({ y: p["w"]?.["broadcastTo"]?.(["N", 3, 2]) })));
    expect(text).toMatchInlineSnapshot(`
      "error[W131]: broadcast: the symbol N is in the shape of no input and of no parameter

        test/errors/descriptions.test.ts
         |     const text = described(() => forwardGives((p) => ({ y: p["w"]?.["broadcastTo"]?.(["N", 3, 2]) })));
         |                                                                                   ^
        help: use a symbol that an input has, write a number, or declare an input with N in its shape."
    `);
  });

  it("W140 shows the line of the user's program", () => {
    expect(described(() => defineModel(untyped({ name: "" })))).toMatchInlineSnapshot(`
      "error[W140]: defineModel: name: a text is expected, got ""

        test/errors/descriptions.test.ts
         |     expect(described(() => defineModel(untyped({ name: "" })))).toMatchInlineSnapshot(\`
         |                            ^^^^^^^^^^^
        help: write name: "digits"."
    `);
  });

  it("W141: a result that is no tensor", () => {
    expect(described(() => forwardGives(() => ({ y: 3 })))).toMatchInlineSnapshot(`
      "error[W141]: forward: "y" is not a tensor but 3

        test/errors/descriptions.test.ts
         |   return compileSync(defineModel(untyped({ ...base, forward, ...over })), { dims: { B: 2 } });
         |                      ^^^^^^^^^^^
        help: give a tensor of this very description: { "y": x }, or constant(1, []) for a number."
    `);
    expect(described(() => trained({ metrics: () => ({ right: "all" }) }))).toMatchInlineSnapshot(`
      "error[W141]: metrics: "right" is not a tensor but "all"

        test/errors/descriptions.test.ts
         |   return compileSync(training(perceptron, untyped({ loss, optimizer, ...over })), { dims: { B: 2 } });
         |                      ^^^^^^^^
        help: give a tensor of this very description: { "right": x }, or constant(1, []) for a number."
    `);
  });

  it("W209: an extent that is no extent, on the line of the declaration", () => {
    expect(described(() => spec("f32", ["B", -1]))).toMatchInlineSnapshot(`
      "error[W209]: spec: -1 is not an extent ([B, -1])

        test/errors/descriptions.test.ts
         |     expect(described(() => spec("f32", ["B", -1]))).toMatchInlineSnapshot(\`
         |                            ^^^^
        help: use a whole number from 0 up, or an expression of symbols such as "B" or "T+1"."
    `);
    expect(described(() => param([2.5]))).toMatchInlineSnapshot(`
      "error[W209]: param: 2.5 is not an extent ([2.5])

        test/errors/descriptions.test.ts
         |     expect(described(() => param([2.5]))).toMatchInlineSnapshot(\`
         |                            ^^^^^
        help: use a whole number from 0 up, or an expression of symbols such as "B" or "T+1"."
    `);
    expect(described(() => spec("f32", ["B C"]))).toMatchInlineSnapshot(`
      "error[W209]: spec: B C is not an extent ([B C])

        test/errors/descriptions.test.ts
         |     expect(described(() => spec("f32", ["B C"]))).toMatchInlineSnapshot(\`
         |                            ^^^^
        help: use a whole number from 0 up, or an expression of symbols such as "B" or "T+1"."
    `);
    expect(described(() => spec("f32", [untyped(undefined)]))).toMatchInlineSnapshot(`
      "error[W209]: spec: undefined is not an extent ([undefined])

        test/errors/descriptions.test.ts
         |     expect(described(() => spec("f32", [untyped(undefined)]))).toMatchInlineSnapshot(\`
         |                            ^^^^
        help: use a whole number from 0 up, or an expression of symbols such as "B" or "T+1"."
    `);
  });

  it("W211: a reshape that does not fit", () => {
    expect(described(() => forwardGives((_, i) => ({ y: i["x"]?.["reshape"]?.(["B", 4]) })))).toMatchInlineSnapshot(`
      "error[W211]: reshape: element counts differ: [B, 3] to [B, 4] (3*B vs 4*B)

        test/errors/descriptions.test.ts
         |     expect(described(() => forwardGives((_, i) => ({ y: i["x"]?.["reshape"]?.(["B", 4]) })))).toMatchInlineSnapshot(\`
         |                                                                            ^
        operand 1  f32[B, 3]  from test/errors/descriptions.test.ts
        help: reshape keeps every element; one extent may be -1 and is worked out where the others divide the count."
    `);
  });

  it("W101: a name given twice", () => {
    const x = spec("f32", ["B", 3]);
    expect(described(() => compiled({ params: { x: param([3, 2]) }, inputs: { x } }))).toMatchInlineSnapshot(`
      "error[W101]: the name "x" is given to two inputs or parameters

        test/errors/descriptions.test.ts
         |     expect(described(() => compiled({ params: { x: param([3, 2]) }, inputs: { x } }))).toMatchInlineSnapshot(\`
         |                                                    ^^^^^
        help: give each input and each parameter a name of its own."
    `);
    expect(described(() => compiled({ params: { "a.b": param([1]), a: { b: param([1]) } } }))).toMatchInlineSnapshot(`
      "error[W101]: the name "a.b" is given to two inputs or parameters

        test/errors/descriptions.test.ts
         |     expect(described(() => compiled({ params: { "a.b": param([1]), a: { b: param([1]) } } }))).toMatchInlineSnapshot(\`
         |                                                                            ^^^^^
        help: give each input and each parameter a name of its own."
    `);
    expect(described(() => trained({ inputs: { features: x } }))).toMatchInlineSnapshot(`
      "error[W101]: the name "features" is given to two inputs or parameters

        test/errors/descriptions.test.ts
         |     const x = spec("f32", ["B", 3]);
         |               ^^^^
        help: give each input and each parameter a name of its own."
    `);
  });

  it("W103: a tensor of another graph", () => {
    let kept: Loose | undefined;
    forwardGives((_, i) => {
      kept = i["x"];
      return { y: kept };
    });
    expect(described(() => forwardGives((_, i) => ({ y: i["x"]?.["add"]?.(kept) })))).toMatchInlineSnapshot(`
      "error[W103]: add: the operands belong to two different graphs

        test/errors/descriptions.test.ts
         |     expect(described(() => forwardGives((_, i) => ({ y: i["x"]?.["add"]?.(kept) })))).toMatchInlineSnapshot(\`
         |                                                                        ^
        operand 1  f32[B, 3]  from test/errors/descriptions.test.ts
        operand 2  f32[B, 3]  from test/errors/descriptions.test.ts
        help: use only tensors that were made within the same forward function."
    `);
    expect(described(() => forwardGives(() => ({ y: kept })))).toMatchInlineSnapshot(`
      "error[W103]: y: the operands belong to two different graphs

        test/errors/descriptions.test.ts
         |   return compileSync(defineModel(untyped({ ...base, forward, ...over })), { dims: { B: 2 } });
         |                      ^^^^^^^^^^^
        help: use only tensors that were made within the same forward function."
    `);
  });

  it("W230: an operand that is no tensor", () => {
    expect(described(() => forwardGives((_, i) => ({ y: i["x"]?.["add"]?.("1") })))).toMatchInlineSnapshot(`
      "error[W230]: add: a tensor is expected, not "1"

        test/errors/descriptions.test.ts
         |     expect(described(() => forwardGives((_, i) => ({ y: i["x"]?.["add"]?.("1") })))).toMatchInlineSnapshot(\`
         |                                                                        ^
        operand 1  f32[B, 3]  from test/errors/descriptions.test.ts
        help: make numbers part of the graph with constant(values, shape), or declare them as an input."
    `);
  });

  it("W124, W125: dims that are missing, fractional, negative", () => {
    for (const dims of [{}, { B: 1.5 }, { B: -1 }, { B: Number.NaN }, { B: untyped("4") }])
      expect(described(() => compileSync(perceptron, { dims }))).toMatch(/error\[W12[45]\]: specialize: /);
  });
});
