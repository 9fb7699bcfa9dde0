// The entries without shape types: the same names and values as the others, models that run the same, and mistakes that the type checker
// lets through and the run time refuses with the same sentence. That this file is accepted by the type checker is half of the test.
import { describe, expect, expectTypeOf, test } from "vitest";
import * as weft from "../../src/index.ts";
import type * as functions from "../../src/ir/functions/index.ts";
import type { Loose, Tensor } from "../../src/loose/index.ts";
import * as loose from "../../src/loose/index.ts";
import * as looseLayers from "../../src/loose/nn.ts";
import * as layers from "../../src/nn/index.ts";
import { sgd } from "../../src/optim/index.ts";

/** Functions of tensors; those that take functions of a user's have types of their own. */
type Functions = Omit<typeof functions, "customGradient" | "define" | "scan">;

/** Functions of tensors beside layers, of which only the numbers have shapes. */
type LayerFunctions = {
  [K in keyof typeof layers as (typeof layers)[K] extends (...options: never) => { readonly kind: "layer" }
    ? never
    : K]: (typeof layers)[K];
};

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- so types are compared to the letter
type IsSame<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Names under which there is not the same function without shapes. */
type NotLoose<Module, Retyped> = {
  [K in keyof Module]: IsSame<Retyped[K & keyof Retyped], Loose<Module[K]>> extends true ? never : K;
}[keyof Module];

describe("the entries without shape types", () => {
  test("have the names and the values of the others", () => {
    expect(new Map(Object.entries(loose))).toEqual(new Map(Object.entries(weft)));
    expect(new Map(Object.entries(looseLayers))).toEqual(new Map(Object.entries(layers)));
  });

  test("retype every function of tensors", () => {
    // An error here names those that are missing in src/loose.
    const missing: Record<NotLoose<Functions, typeof loose>, "a line in src/loose/index.ts"> = {};
    const missingLayers: Record<NotLoose<LayerFunctions, typeof looseLayers>, "a line in src/loose/nn.ts"> = {};
    expect({ ...missing, ...missingLayers }).toEqual({});
    expectTypeOf(loose.matmul).returns.toEqualTypeOf<Tensor>();
    expectTypeOf(loose.maxPool2d).parameter(0).toEqualTypeOf<Tensor>();
  });
});

const params = {
  conv: looseLayers.conv2d(1, 4, 3, { padding: 1 }),
  norm: looseLayers.batchNorm(4),
  hidden: looseLayers.linear(144, 16, { bias: false }),
  last: loose.param([16, 10], loose.normal(0.1)),
};

const network = (p: Loose<weft.Params<typeof params>>, image: Tensor) => {
  const channels = loose.relu(p.norm(p.conv(image)));
  let pooled: Tensor = loose.maxPool2d(channels, 2, { stride: 2 });
  pooled = pooled.reshape(["B", 144]).mul(2);
  return p.hidden(pooled).tanh().matmul(p.last);
};

const model = loose.defineModel({
  name: "loose",
  params,
  inputs: { image: loose.spec("f32", ["B", 1, 12, 12]) },
  forward: (p, { image }) => ({ logits: network(p, image) }),
});

test("a model trains to the same bits", () => {
  const trainerOf = (training: typeof loose.training) => {
    const described = training(model, {
      inputs: { label: loose.spec("i32", ["B"]) },
      loss: ({ logits }, { label }) => loose.crossEntropy(logits, label, { labelSmoothing: 0.1 }),
      metrics: ({ logits }, { label }) => ({ right: loose.equal(loose.argmax(logits, 1), label).cast("f32").sum() }),
      optimizer: sgd({ learningRate: 0.1 }),
    });
    return loose.compileSync(described, { dims: { B: 2 }, backend: "closure" });
  };
  const image = Float32Array.from({ length: 288 }, (_, at) => Math.sin(at));
  // Both are one function, as the first test says.
  const [one, other] = [trainerOf(loose.training), trainerOf(weft.training as unknown as typeof loose.training)];
  for (const trainer of [one, other]) trainer.step({ image, label: Int32Array.of(3, 4) });
  const fed = { image, label: Int32Array.of(4, 3) };
  const { loss, gradients } = one.grads(fed);
  const into = { loss: new Float32Array(1), gradients: { "hidden.weight": gradients["hidden.weight"].data.slice() } };
  expect(other.grads(fed, { into })).toBe(into);
  expect(into).toEqual({
    loss: Float32Array.of(loss),
    gradients: { "hidden.weight": gradients["hidden.weight"].data },
  });
  const right = new Float32Array(1);
  expect(one.step(fed, { into: { right } }).right).toEqual(other.step(fed).right.data);
  // @ts-expect-error: there is no metric of this name
  expect(() => one.step(fed, { into: { wrong: right } })).toThrow("W313: step: there is no result wrong");
  expect(one.predict({ image }).logits.data).toEqual(other.predict({ image }).logits.data);
  expect(one.parameters.get("hidden.weight")).toEqual(other.parameters.get("hidden.weight"));
});

/** What describing a model of two inputs throws. */
const describing = (forward: (x: Tensor, y: Tensor) => Tensor) => () =>
  loose.modelGraph(
    loose.defineModel({
      name: "wrong",
      params: {},
      inputs: { x: loose.spec("f32", ["B", 3]), y: loose.spec("f32", [4, 5]) },
      forward: (_, { x, y }) => ({ result: forward(x, y) }),
    }),
  );

test.each([
  ["a product", (x: Tensor, y: Tensor) => loose.matmul(x, y), "W203: matmul: inner dimensions differ: 3 vs 4"],
  ["a method", (x: Tensor, y: Tensor) => x.matmul(y), "W203: matmul: inner dimensions differ: 3 vs 4"],
  [
    "what has just been given a shape",
    (x: Tensor, y: Tensor) => x.reshape(["B", 1, 3]).add(y.reshape([2, 10])),
    "W207: add: extents 3 and 10 do not broadcast",
  ],
  ["an axis", (x: Tensor) => loose.softmax(x, 2), "W205: softmax: axis 2 is outside a shape of 2 axes"],
])("%s that does not fit is refused at run time", (_, forward, sentence) => {
  expect(describing(forward)).toThrow(sentence);
});

test("functions that take functions give tensors without shapes", () => {
  const squared = loose.define("squared", { x: ["f32", "N"] }, ({ x }) => ({ y: x.mul(x) }));
  expectTypeOf(squared).returns.toEqualTypeOf<{ y: Tensor }>();
  const doubled = loose.customGradient({
    name: "doubled",
    forward: (x: Tensor) => x.mul(2),
    gradient: ({ cotangents: [cotangent] }) => [cotangent.mul(2)],
  });
  const centered = loose.define("centered", { x: ["f32", "N", "D"] }, ({ x }) =>
    x.sub(loose.mean(x, { axes: [1], keepDims: true })),
  );
  const scaled = loose.layer(
    { scale: loose.param([3]) },
    ({ scale }) =>
      (x: Tensor) =>
        x.mul(scale),
  );
  const graph = loose.modelGraph(
    loose.defineModel({
      name: "functions",
      params: { scaled },
      inputs: { x: loose.spec("f32", [5, 3]) },
      forward: (p, { x }) => {
        const { carry, outputs } = loose.scan({
          carry: { h: loose.constant(0, [3]) },
          over: { x },
          step: ({ h }, { x: each }) => ({ carry: { h: h.add(each) }, output: { y: h } }),
        });
        const attended = loose.attention(x, x, x, { weights: true });
        return {
          state: doubled(carry.h),
          sums: p.scaled(outputs.y),
          weights: attended.weights,
          centered: centered({ x }),
          plain: loose.attention(x, x, x).mul(2),
        };
      },
    }),
  );
  expect(graph.entries[0]?.outputs.map(({ name }) => name)).toEqual(["state", "sums", "weights", "centered", "plain"]);
});
