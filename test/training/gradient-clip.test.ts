// Clipping by norm: what it does to a step, in bits, and what it costs: sums of squares, and no gradient written twice.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSync, crossEntropy, defineModel, relu, repeat, spec, training } from "../../src/index.ts";
import { layerNorm, linear } from "../../src/nn/index.ts";
import { adam, type Optimizer, sgd } from "../../src/optim/index.ts";
import type { GradientClip } from "../../src/training/gradient-clip.ts";
import { labels, numbers } from "../support/small-models.ts";

const network = (blocks: number, features: number) =>
  defineModel({
    name: "network",
    params: {
      blocks: repeat(blocks, () => ({ norm: layerNorm(features), up: linear(features, features) })),
      output: linear(features, 3),
    },
    inputs: { x: spec("f32", ["B", features]) },
    forward: (p, { x }) => ({ logits: p.output(p.blocks.reduce((h, { norm, up }) => h.add(relu(up(norm(h)))), x)) }),
  });

interface Sizes {
  readonly blocks: number;
  readonly features: number;
  readonly batch: number;
}

const trainerOf = (
  { blocks, features, batch }: Sizes,
  optimizer: Optimizer,
  clip: GradientClip | undefined,
  backend: "wasm" | "closure",
) =>
  compileSync(
    training(network(blocks, features), {
      inputs: { label: spec("i32", ["B"]) },
      loss: ({ logits }, { label }) => crossEntropy(logits, label),
      optimizer,
      ...(clip === undefined ? {} : { clip }),
    }),
    { dims: { B: batch }, backend },
  );

/** Bytes that a step writes: of each buffer that a kernel writes, each time. */
const bytesWritten = ({ program }: ReturnType<typeof trainerOf>): number => {
  const calls = program.entries.find(({ name }) => name === "step")?.calls ?? [];
  return calls.reduce((sum, { kernel }) => {
    const parameters = program.kernels.get(kernel)?.parameters ?? [];
    return sum + parameters.reduce((own, { access, length }) => own + (access === "read" ? 0 : 4 * length), 0);
  }, 0);
};

describe("clipping by norm", () => {
  const sizes = fc.record({
    blocks: fc.integer({ min: 1, max: 3 }),
    features: fc.integer({ min: 2, max: 24 }),
    batch: fc.integer({ min: 1, max: 6 }),
  });

  it("of SGD is a step of clipped gradients, in bits, on every backend", () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 0.01, max: 4, noNaN: true }), (size, norm) => {
        const clip = { norm: Math.fround(norm) };
        const feeds = { x: numbers(size.batch * size.features), label: labels(size.batch, 3) };
        const [fast, slow] = (["wasm", "closure"] as const).map((backend) =>
          trainerOf(size, sgd({ learningRate: 0.5 }), clip, backend),
        );
        if (fast === undefined || slow === undefined) throw new Error("there are two");
        const before = fast.parameters.all();
        const { gradients } = fast.grads(feeds);
        for (const trainer of [fast, slow]) trainer.step(feeds);
        const after = fast.parameters.all();
        expect(after).toEqual(slow.parameters.all());
        // The norm of all gradients together, by what the parameters moved.
        const squares = (arrays: readonly ArrayLike<number>[]): number =>
          arrays.reduce((sum, data) => Array.from(data).reduce((own, each) => own + each * each, sum), 0);
        const names = fast.parameters.names.filter((name) => name in gradients);
        const moved = names.map((name) => {
          const [old, young] = [before[name]?.data ?? [], after[name]?.data ?? []];
          return Array.from(old, (each, at) => (each - (young[at] ?? 0)) / 0.5);
        });
        const whole = Math.sqrt(squares(Object.values(gradients).map(({ data }) => data)));
        expect(Math.sqrt(squares(moved))).toBeCloseTo(Math.min(whole, clip.norm), 3);
      }),
      { numRuns: 4 },
    );
  });

  it("writes a number for each parameter more, and no clipped gradient", () => {
    for (const optimizer of [sgd({ learningRate: 0.1 }), adam({ learningRate: 0.1 })]) {
      const size = { blocks: 2, features: 16, batch: 4 };
      const [plain, clipped] = [undefined, { norm: 1 }].map((clip) => trainerOf(size, optimizer, clip, "closure"));
      if (plain === undefined || clipped === undefined) throw new Error("there are two");
      const parameters = Object.keys(plain.grads({ x: numbers(64), label: labels(4, 3) }).gradients).length;
      expect(parameters).toBe(10);
      expect(bytesWritten(clipped) - bytesWritten(plain)).toBeLessThanOrEqual(4 * (parameters + 2));
    }
  });
});
