// Parameters that stay as they are, and those that are trained otherwise than the rest: against what their rule makes of the
// gradients, bit for bit.
import { describe, expect, expectTypeOf, it } from "vitest";
import { generate } from "../../src/codegen/index.ts";
import {
  compileSync,
  crossEntropy,
  defineModel,
  type NDArray,
  type ParameterGroup,
  relu,
  repeat,
  spec,
  training,
  trainingGraph,
} from "../../src/index.ts";
import { batchNorm, linear } from "../../src/nn/index.ts";
import { adam, constant, ema, sgd, warmUp } from "../../src/optim/index.ts";
import { dce } from "../../src/passes/dce.ts";
import { labels, numbers } from "../support/small-models.ts";

const network = defineModel({
  name: "network",
  params: {
    stem: linear(6, 8),
    norm: batchNorm(8),
    blocks: repeat(2, () => ({ up: linear(8, 8) })),
    head: linear(8, 3),
  },
  inputs: { x: spec("f32", ["B", 6]) },
  forward: (p, { x }) => {
    const blocks = p.blocks.reduce((y, { up }) => relu(up(y)), p.norm(p.stem(x)));
    return { logits: p.head(blocks) };
  },
});

const inputs = { label: spec("i32", ["B"]) };
const rate = 0.5;
const optimizer = sgd({ learningRate: rate });
const whole = training(network, { inputs, loss: ({ logits }, { label }) => crossEntropy(logits, label), optimizer });
const options = { dims: { B: 5 }, seed: 3 } as const;
const feeds = { x: numbers(30, 1), label: labels(5, 3) };

/** p - rate * gradient, as `sgd` rounds it. */
const stepped = (before: NDArray | undefined, gradient: NDArray | undefined, learningRate: number): readonly number[] =>
  Array.from(before?.data ?? [], (value, at) =>
    Math.fround(value - Math.fround((gradient?.data[at] ?? 0) * Math.fround(learningRate))),
  );

describe.each(["wasm", "closure"] as const)("frozen parameters on %s", (backend) => {
  const frozen = training(network, { ...whole.options, freeze: ["stem", "blocks.0"], averages: ema() });
  const make = () => compileSync(frozen, { ...options, backend });

  it("keep their values; the others learn what they would without", () => {
    const [trainer, plain] = [make(), compileSync(whole, { ...options, backend })];
    const [before, expected] = [trainer.parameters.all(), plain.parameters.all()];
    expect(trainer.step(feeds).loss).toBe(plain.step(feeds).loss);
    for (const name of trainer.parameters.names.filter((each) => !/^(?:optimizer|ema|random)\./.test(each))) {
      const isFrozen = /^(?:stem|blocks\.0)\./.test(name);
      expect([name, trainer.parameters.get(name)]).toEqual([
        name,
        isFrozen ? expected[name as keyof typeof expected] : plain.parameters.get(name as "head.bias"),
      ]);
      if (!name.startsWith("norm.running")) continue;
      // Statistics follow the data, whatever is frozen.
      expect(trainer.parameters.get(name)).not.toEqual(before[name]);
    }
  });

  it("have no gradient, no state of the optimizer and no average", () => {
    const trainer = make();
    expect(Object.keys(trainer.grads(feeds).gradients)).toEqual([
      "norm.weight",
      "norm.bias",
      "blocks.1.up.weight",
      "blocks.1.up.bias",
      "head.weight",
      "head.bias",
    ]);
    expect(trainer.parameters.names.filter((name) => /^(?:optimizer|ema)\..*(?:stem|blocks\.0)/.test(name))).toEqual(
      [],
    );
    trainer.step(feeds);
    expect(trainer.averages()["stem.weight"]).toEqual(trainer.parameters.get("stem.weight"));
    const model = compileSync(network, { ...options, backend });
    model.parameters.restore(trainer.averages());
    expect(trainer.predictAveraged({ x: feeds.x })).toEqual(model({ x: feeds.x }));
  });
});

describe("what is frozen", () => {
  type Names = readonly ("stem" | "norm" | "blocks" | "blocks.0" | "head")[];
  const products = (freeze: Names): number => {
    const graph = dce.run(trainingGraph(training(network, { ...whole.options, freeze })));
    return [...graph.nodes.values()].filter(({ op }) => op === "matmul").length;
  };

  it("costs nothing on the way back: no product for its own gradient, and none below the lowest that is trained", () => {
    const all = products([]);
    // The gradient of the stem's weight.
    expect(products(["stem"])).toBe(all - 1);
    // Those of three weights and of what the blocks are given.
    expect(products(["stem", "norm", "blocks"])).toBe(all - 3 - 3);
  });

  it("may be everything: a step then counts, and nothing else", () => {
    const trainer = compileSync(
      training(network, { ...whole.options, freeze: ["stem", "norm", "blocks", "head"] }),
      options,
    );
    const before = trainer.parameters.get("head.weight");
    expect(trainer.step(feeds).loss).toBe(compileSync(whole, options).step(feeds).loss);
    expect([trainer.steps(), trainer.parameters.get("head.weight")]).toEqual([1, before]);
  });
});

describe.each(["wasm", "closure"] as const)("groups on %s", (backend) => {
  type Groups = readonly ParameterGroup<"stem" | "norm" | "blocks" | "blocks.0" | "blocks.1" | "head" | "head.bias">[];
  const make = (groups: Groups) =>
    compileSync(training(network, { ...whole.options, groups }), { ...options, backend });

  it("have learning rates of their own; of two that fit the longer path decides", () => {
    const trainer = make([
      { parameters: ["blocks", "head.bias"], learningRate: 0.25 },
      { parameters: ["blocks.1"], learningRate: warmUp(4, constant(1)) },
    ]);
    const [before, { gradients }] = [trainer.parameters.all(), trainer.grads(feeds)];
    trainer.step(feeds);
    const expected = (name: keyof typeof gradients, learningRate: number): void =>
      expect(Array.from(trainer.parameters.get(name).data)).toEqual(
        stepped(before[name], gradients[name], learningRate),
      );
    expected("stem.weight", rate);
    expected("head.weight", rate);
    expected("head.bias", 0.25);
    expected("blocks.0.up.weight", 0.25);
    expected("blocks.0.up.bias", 0.25);
    // A quarter of 1 in the first of four steps.
    expected("blocks.1.up.weight", 0.25);
    const [now, next] = [trainer.parameters.all(), trainer.grads(feeds)];
    trainer.step(feeds);
    expect(Array.from(trainer.parameters.get("blocks.1.up.bias").data)).toEqual(
      stepped(now["blocks.1.up.bias"], next.gradients["blocks.1.up.bias"], 0.5),
    );
  });

  it("have optimizers of their own, with their state; a learning rate beside one is the one that counts", () => {
    const trainer = make([{ parameters: ["head"], optimizer: adam(), learningRate: 0.125 }]);
    expect(trainer.parameters.names.filter((name) => name.startsWith("optimizer."))).toEqual([
      "optimizer.step",
      "optimizer.mean.head.weight",
      "optimizer.square.head.weight",
      "optimizer.mean.head.bias",
      "optimizer.square.head.bias",
    ]);
    const alone = compileSync(training(network, { ...whole.options, optimizer: adam({ learningRate: 0.125 }) }), {
      ...options,
      backend,
    });
    const plain = compileSync(whole, { ...options, backend });
    for (const each of [trainer, alone, plain]) each.step(feeds);
    expect(trainer.parameters.get("head.weight")).toEqual(alone.parameters.get("head.weight"));
    expect(trainer.parameters.get("stem.weight")).toEqual(plain.parameters.get("stem.weight"));
  });

  it("leave what is frozen as it is", () => {
    const description = training(network, {
      ...whole.options,
      freeze: ["blocks"],
      groups: [{ parameters: ["blocks.0"], learningRate: 1 }],
    });
    const trainer = compileSync(description, { ...options, backend });
    const before = trainer.parameters.get("blocks.0.up.weight");
    trainer.step(feeds);
    expect(trainer.parameters.get("blocks.0.up.weight")).toEqual(before);
  });
});

describe.each(["wasm", "js"] as const)("an emitted trainer (%s)", (format) => {
  interface Emitted {
    readonly step: (given: typeof feeds) => unknown;
    readonly parameters: { readonly get: (name: string) => NDArray };
  }

  it("has the same frozen parameters and groups", async () => {
    const groups = [{ parameters: ["head"], optimizer: adam({ learningRate: 0.5 }) }] as const;
    const trainer = compileSync(training(network, { ...whole.options, freeze: ["stem", "blocks.0"], groups }), options);
    const files = generate(trainer, { format });
    const contents = (extension: string) => files.find(({ name }) => name.endsWith(extension))?.contents;
    const address = `data:text/javascript;base64,${Buffer.from(String(contents(".mjs"))).toString("base64")}`;
    const imported: unknown = await import(/* @vite-ignore */ address);
    // What every module exports.
    const { create } = imported as { readonly create: (assets: object) => Emitted };
    const emitted = create({ wasm: contents(".wasm"), weights: contents(".safetensors") });
    for (let step = 0; step < 3; step++) for (const each of [trainer, emitted]) each.step(feeds);
    for (const name of trainer.parameters.names)
      expect([name, emitted.parameters.get(name)]).toEqual([name, trainer.parameters.get(name)]);
  });
});

describe("the types of what is frozen", () => {
  it("leave no gradient of it", () => {
    const trainer = compileSync(training(network, { ...whole.options, freeze: ["stem", "norm", "blocks"] }), options);
    const { gradients } = trainer.grads(feeds);
    expectTypeOf<keyof typeof gradients>().toEqualTypeOf<"head.weight" | "head.bias">();
    expectTypeOf(gradients["head.weight"]).toEqualTypeOf<NDArray<[3, 8], "f32">>();
    expect(Object.keys(gradients)).toEqual(["head.weight", "head.bias"]);
  });
});
