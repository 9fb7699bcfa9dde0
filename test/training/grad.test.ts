// Gradients of trees of parameters against those of the list of their tensors, and against what a trainer gives.
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  compileSync,
  crossEntropy,
  defineModel,
  differentiate,
  grad,
  mean,
  param,
  repeat,
  spec,
  type Tensor,
  tanh,
  training,
  uniform,
} from "../../src/index.ts";
import { linear } from "../../src/nn/index.ts";
import { sgd } from "../../src/optim/index.ts";
import { described } from "../support/described.ts";
import { labels, numbers } from "../support/small-models.ts";

const params = { blocks: repeat(2, () => linear(3, 3)), scale: param([3], uniform(1, 2)), head: linear(3, 2) };
const inputs = { x: spec("f32", ["B", 3]), label: spec("i32", ["B"]) };

describe("gradients of a tree", () => {
  it("have its form, and are those of its tensors", () => {
    const model = defineModel({
      name: "slopes",
      params,
      inputs,
      forward: (p, { x, label }) => {
        const loss = (q: typeof p, given: typeof x, right: typeof label) => {
          const hidden = q.blocks.reduce((y, block) => tanh(block(y)), given.mul(q.scale));
          return crossEntropy(q.head(hidden), right);
        };
        const slopes = grad(loss)(p, x, label);
        expectTypeOf(slopes.scale).toEqualTypeOf<Tensor<[3], "f32">>();
        expectTypeOf(slopes.head.weight).toEqualTypeOf<Tensor<[2, 3], "f32">>();
        expectTypeOf(slopes.blocks[0]?.bias).toEqualTypeOf<Tensor<[3], "f32"> | undefined>();
        expect(typeof slopes.head).toBe("object");
        const [first, second] = slopes.blocks;
        expect([slopes.blocks.length, Object.keys(slopes)]).toEqual([2, ["blocks", "scale", "head"]]);
        const [byScale, byBias] = differentiate(loss(p, x, label), [p.scale, p.head.bias]);
        return {
          "blocks.0.weight": first?.weight ?? x,
          "blocks.1.bias": second?.bias ?? x,
          scale: slopes.scale,
          "head.bias": slopes.head.bias,
          byScale,
          byBias,
        };
      },
    });
    const run = compileSync(model, { dims: { B: 4 }, seed: 5 });
    const [x, label] = [numbers(12, 3), labels(4, 2)];
    const slopes = run({ x, label });
    expect(slopes.scale).toEqual(slopes.byScale);
    expect(slopes["head.bias"]).toEqual(slopes.byBias);

    const trained = training(
      defineModel({
        name: "same",
        params,
        inputs: { x: inputs.x },
        forward: (p, given) => ({
          logits: p.head(p.blocks.reduce((y, block) => tanh(block(y)), given.x.mul(p.scale))),
        }),
      }),
      {
        inputs: { label: inputs.label },
        loss: ({ logits }, given) => crossEntropy(logits, given.label),
        optimizer: sgd({ learningRate: 1 }),
      },
    );
    const { gradients } = compileSync(trained, { dims: { B: 4 }, seed: 5 }).grads({ x, label });
    for (const name of ["blocks.0.weight", "blocks.1.bias", "scale", "head.bias"] as const)
      expect([name, slopes[name]]).toEqual([name, gradients[name]]);
  });

  it("may be differentiated again", () => {
    const model = defineModel({
      name: "curvature",
      params: {},
      inputs: { x: spec("f32", [3]) },
      forward: (_, { x }) => {
        const cube = (p: { readonly x: typeof x }) => mean(p.x.mul(p.x).mul(p.x));
        const slope = (p: { readonly x: typeof x }) => mean(grad(cube)(p).x);
        return grad(slope)({ x });
      },
    });
    // The mean of x^3 has the slope x^2, whose mean has the slope 2 x / 3.
    const { x } = compileSync(model)({ x: Float32Array.of(3, -6, 0) });
    expect([...x.data].map((value) => Math.round(value * 1e5) / 1e5)).toEqual([2, -4, 0]);
  });

  it("are refused of what is no tree (W140), and of a loss that is no number (W120)", () => {
    const describing = (use: (x: Tensor<[3], "f32">) => unknown): string =>
      described(() =>
        compileSync(
          defineModel({
            name: "refused",
            params: {},
            inputs: { x: spec("f32", [3]) },
            forward: (_, { x }) => {
              use(x);
              return { x };
            },
          }),
        ),
      );
    expect(describing((x) => grad((p: { readonly w: number }) => mean(x.mul(p.w)))({ w: 3 }))).toContain(
      "error[W140]: grad: the parameters: a tree of tensors is expected, got 3",
    );
    // @ts-expect-error: three numbers
    expect(describing((x) => grad((p: { readonly x: typeof x }) => p.x)({ x }))).toContain("error[W120]: ");
  });
});
