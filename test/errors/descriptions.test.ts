// W131, W140 and W141: descriptions that lack something or say what cannot be. Callers without a type checker can write all
// of these, so the static types are put aside here.
import { describe, expect, it } from "vitest";
import { compileSync, defineModel, param, spec, training } from "../../src/index.ts";
import { described } from "../support/described.ts";

/** What a caller without a type checker passes. */
const untyped = (value: unknown): never => value as never;

/** A tensor of which nothing is known. */
type Loose = { readonly [method: string]: (...given: unknown[]) => Loose };
type Forward = (params: Readonly<Record<string, Loose>>, inputs: Readonly<Record<string, Loose>>) => unknown;

const compiled = (over: Readonly<Record<string, unknown>>, dims: unknown = { B: 2 }): unknown => {
  const base = { name: "m", params: { w: param([3, 2]) }, inputs: { x: spec("f32", ["B", 3]) } };
  const forward: Forward = (p, { x }) => ({ y: x?.["matmul"]?.(p["w"]) });
  const model = defineModel(untyped({ ...base, forward, ...over }));
  return compileSync(model, { dims: untyped(dims) });
};

const trained = (over: Readonly<Record<string, unknown>>): unknown => {
  const model = defineModel({
    name: "m",
    params: { w: param([3]) },
    inputs: { x: spec("f32", ["B", 3]) },
    forward: ({ w }, { x }) => ({ y: x.mul(w) }),
  });
  const optimizer = { name: "none", learningRate: 0.1, state: [], update: untyped(() => ({})) };
  return compileSync(training(model, untyped({ loss: () => {}, optimizer, ...over })), { dims: { B: 2 } });
};

const forwardGives = (forward: Forward): string => described(() => compiled({ forward }));

describe("errors of descriptions", () => {
  it("W131: a symbol that no input and no parameter has", () => {
    expect(forwardGives((p) => ({ y: p["w"]?.["broadcastTo"]?.(["N", 3, 2]) }))).toMatchInlineSnapshot();
  });

  it.each([
    ["spec: dtype", () => spec(untyped("f16"), ["B"])],
    ["spec: shape", () => spec("f32", untyped(3))],
    ["param: dtype", () => param([3], undefined, untyped("complex64"))],
    ["param: initializer", () => param([3], untyped(0))],
    ["defineModel: description", () => defineModel(untyped(undefined))],
    ["name", () => compiled({ name: undefined })],
    ["params", () => compiled({ params: undefined })],
    ["a parameter", () => compiled({ params: { w: null } })],
    ["inputs", () => compiled({ inputs: undefined })],
    ["an input", () => compiled({ inputs: { x: [2, 3] } })],
    ["forward", () => compiled({ forward: undefined })],
    ["forward: nothing", () => compiled({ forward: () => {} })],
    ["forward: no outputs", () => compiled({ forward: () => ({}) })],
    ["forward: one tensor", () => compiled({ forward: ((_, { x }) => x) satisfies Forward })],
    ["forward: a list", () => compiled({ forward: ((_, { x }) => [x]) satisfies Forward })],
    ["forward: a promise", () => compiled({ forward: async () => ({}) })],
    ["reshape", () => compiled({ forward: ((_, { x }) => ({ y: x?.["reshape"]?.(undefined) })) satisfies Forward })],
    ["loss", () => trained({ loss: undefined })],
    ["optimizer", () => trained({ optimizer: undefined })],
    ["learning rate", () => trained({ optimizer: { update: () => {}, learningRate: Number.NaN } })],
    ["metrics", () => trained({ loss: (y: { y: Loose }) => y.y["sum"]?.(), metrics: () => 3 })],
    ["compile", () => compileSync(untyped({}))],
    ["dims", () => compiled({}, null)],
    ["backend", () => compileSync(untyped(defineModelOfNothing()), { backend: untyped("gpu") })],
    ["seed", () => compileSync(untyped(defineModelOfNothing()), { seed: untyped("x") })],
    ["feeds", () => untyped<never>(compileSync(defineModelOfNothing()) as unknown) && callNothing()],
  ])("W140: %s", (name, action) => {
    expect({ [name]: described(action).split("\n").filter((line) => /error|help/.test(line)) }).toMatchSnapshot();
  });
});
