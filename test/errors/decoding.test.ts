// W52x: sequences that are read in pieces. A call for which there is no room is refused before anything is changed, which
// test/training/decoding.test.ts holds each backend to.
import { describe, expect, it } from "vitest";
import { compileSync, currentPast, decoding, defineModel, layer, spec, type Tensor } from "../../src/index.ts";
import { gpt, gru, lstm, multiHeadAttention } from "../../src/nn/index.ts";
import { described } from "../support/described.ts";

/** What a caller without a type checker passes. */
const untyped = (value: unknown): never => value as never;

const writer = defineModel({
  name: "writer",
  params: { lm: gpt({ vocabulary: 5, context: 4, features: 4, heads: 1, blocks: 1 }) },
  inputs: { tokens: spec("i32", ["T"]) },
  forward: (p, { tokens }) => ({ logits: p.lm(tokens) }),
});

/** What decoding a layer of [T, 4] says. */
const decoded = (make: () => (x: Tensor) => unknown, entries = { decode: 1 }): string => {
  const model = defineModel({
    name: "layered",
    params: {},
    inputs: { x: spec("f32", ["T", 4]) },
    forward: (_, { x }) => ({ y: untyped(make()(x)) }),
  });
  return described(() => compileSync(decoding(model, { positions: "T", capacity: 8, entries })));
};

/** A layer with zeros for parameters, as a function. */
const bound = (of: { readonly params: object; readonly bind: (params: never) => unknown }) => (x: Tensor) => {
  const zeros = Object.fromEntries(
    Object.entries(of.params).map(([name, spec]: [string, { readonly shape?: readonly number[] }]) => [
      name,
      spec.shape === undefined ? (y: Tensor) => y : x.mul(0).sum().broadcastTo(spec.shape),
    ]),
  );
  return of.bind(untyped(zeros)) as (x: Tensor, options?: object) => unknown;
};

describe("errors of decoding", () => {
  it("W520", () => {
    const decoder = compileSync(decoding(writer, { positions: "T", capacity: 2 }));
    const tokens = Int32Array.of(1);
    decoder.decode({ tokens });
    decoder.decode({ tokens });
    expect(described(() => decoder.decode({ tokens }))).toMatchInlineSnapshot(`
      "error[W520]: decode: decoding.position is 2, and there is room only from 0 to 1

        test/errors/decoding.test.ts
         |     expect(described(() => decoder.decode({ tokens }))).toMatchInlineSnapshot(\`
         |                                    ^^^^^^
        help: nothing was changed. Begin anew with reset(), feed fewer positions at a time, or describe the decoding with a larger capacity."
    `);
  });

  it("W521", () => {
    expect(described(() => compileSync(decoding(writer, { positions: "T", capacity: 5 })))).toMatchInlineSnapshot(`
      "error[W521]: decoding: a capacity of 5 goes beyond the learned positions, of which there are 4

        test/errors/decoding.test.ts
         |   forward: (p, { tokens }) => ({ logits: p.lm(tokens) }),
         |                                            ^^
        operand 1  f32[1, 4]  from test/errors/decoding.test.ts
        help: choose a capacity of at most 4."
    `);
  });

  it("W522", () => {
    const attend = bound(multiHeadAttention(4, 1));
    expect(decoded(() => (x) => attend(x)(x))).toMatchInlineSnapshot(`
      "error[W522]: multiHeadAttention: cannot read a sequence in pieces: without \`causal\` it looks at what comes after

        test/errors/decoding.test.ts
         |     expect(decoded(() => (x) => attend(x)(x))).toMatchInlineSnapshot(\`
         |                                          ^
        help: decode models whose positions depend on each other by causal self-attention alone."
    `);
    expect(decoded(() => (x) => attend(x)(x, { keys: x.add(1), causal: true }))).toMatchInlineSnapshot(`
      "error[W522]: multiHeadAttention: cannot read a sequence in pieces: where the keys of another sequence stand beside it is not known

        test/errors/decoding.test.ts
         |     expect(decoded(() => (x) => attend(x)(x, { keys: x.add(1), causal: true }))).toMatchInlineSnapshot(\`
         |                                          ^
        help: decode models whose positions depend on each other by causal self-attention alone."
    `);
    expect(decoded(() => (x) => attend(x)(x, { causal: true, prefix: 2 }))).toContain(
      "W522]: multiHeadAttention: cannot read a sequence in pieces: a prefix is seen before it is read",
    );
    expect(decoded(() => (x) => bound(lstm(4, 4))(x)(x.reshape([1, 1, 4])))).toContain("W522");
    expect(decoded(() => (x) => bound(gru(4, 4))(x)(x.reshape([1, 1, 4])))).toContain("W522");
    // Keys of another sequence, given whole, may be attended to.
    const memory = (x: Tensor) => x.sum({ axes: [0], keepDims: true }).broadcastTo([3, 4]);
    expect(decoded(() => (x) => attend(x)(x, { keys: memory(x) }))).toBe("no error");
  });

  it("W523", () => {
    expect(described(() => decoding(writer, { positions: "L", capacity: 4 }))).toMatchInlineSnapshot(`
      "error[W523]: decoding: no input has an extent of L: tokens [T]

        test/errors/decoding.test.ts
         |     expect(described(() => decoding(writer, { positions: "L", capacity: 4 }))).toMatchInlineSnapshot(\`
         |                            ^^^^^^^^
        help: name the symbol of the axis of positions, and write the inputs of the model with it."
    `);
  });

  it("W524", () => {
    const squares = layer({}, () => (x: Tensor) => {
      const length = x.shape[0] ?? 1;
      return currentPast()?.append(x.mul(0).sum().broadcastTo([length, length])) ?? x;
    });
    expect(decoded(() => squares.bind({}), untyped({ decode: 1, prefill: 2 }))).toMatchInlineSnapshot(`
      "error[W524]: decoding: what was f32[8, 1] in one entry point is f32[8, 2] in another

        test/errors/decoding.test.ts
         |   return described(() => compileSync(decoding(model, { positions: "T", capacity: 8, entries })));
         |                                      ^^^^^^^^
        help: describe the same in each: layers in the same order, of the same features."
    `);
  });

  it("W140", () => {
    const refused = (options: object): string =>
      described(() => decoding(writer, untyped({ positions: "T", capacity: 4, ...options }))).split("\n")[0] ?? "";
    expect(
      [
        { capacity: 0 },
        { capacity: 1.5 },
        { positions: 3 },
        { entries: {} },
        { entries: [1] },
        { entries: { decode: 0 } },
        { entries: { decode: 5 } },
        { entries: { reset: 1 } },
        { entries: { "a/b": 1 } },
      ].map(refused),
    ).toMatchInlineSnapshot(`
      [
        "error[W140]: decoding: capacity: a whole number from 1 up is expected, got 0",
        "error[W140]: decoding: capacity: a whole number from 1 up is expected, got 1.5",
        "error[W140]: decoding: positions: a symbol is expected, got 3",
        "error[W140]: decoding: entries: a record of lengths is expected, got {}",
        "error[W140]: decoding: entries: a record of lengths is expected, got a list",
        "error[W140]: decoding: entries: "decode": a whole number from 1 to the capacity (4) is expected, got 0",
        "error[W140]: decoding: entries: "decode": a whole number from 1 to the capacity (4) is expected, got 5",
        "error[W140]: decoding: entries: another name is expected, got "reset"",
        "error[W140]: decoding: entries: another name is expected, got "a/b"",
      ]
    `);
    expect(described(() => decoding(writer, untyped(undefined)))).toContain("W140: decoding");
    expect(described(() => decoding(untyped(3), { positions: "T", capacity: 4 }))).toContain("W140");
  });
});
