// Profiles: what they say of a program that is known, by a clock that ticks once each time it is looked at.
import { describe, expect, it } from "vitest";
import { fasterHalfMean, isSettled, quantile } from "../../../src/backends/profile/samples.ts";
import {
  type Cost,
  compileSync,
  crossEntropy,
  decoding,
  defineModel,
  mean,
  type Profile,
  param,
  relu,
  spec,
  training,
} from "../../../src/index.ts";
import { linear } from "../../../src/nn/index.ts";
import { gpt } from "../../../src/nn/models/index.ts";
import { adam } from "../../../src/optim/index.ts";
import { described } from "../../support/described.ts";

const classifier = defineModel({
  name: "classifier",
  params: { hidden: linear(8, 16), output: linear(16, 4) },
  inputs: { x: spec("f32", ["B", 8]) },
  forward: (p, { x }) => ({ logits: p.output(relu(p.hidden(x))) }),
});

const taught = training(classifier, {
  inputs: { label: spec("i32", ["B"]) },
  loss: ({ logits }, { label }) => mean(crossEntropy(logits, label)),
  optimizer: adam({ learningRate: 1e-2 }),
});

const x = Float32Array.from({ length: 48 }, (_, at) => Math.sin(at));
const label = Int32Array.of(0, 1, 2, 3, 0, 1);

/** A clock that says one millisecond more each time. */
const ticking = (): (() => number) => {
  let time = 0;
  return () => time++;
};

const profiled = (entry: "step" | "grads" | "predict", backend: "wasm" | "closure" = "wasm"): Profile => {
  const trainer = compileSync(taught, { dims: { B: 6 }, backend });
  return trainer.profile(entry, { x, label }, { runs: 3, warmup: 1, clock: ticking() });
};

const total = (costs: readonly Cost[], of: (cost: Cost) => number): number =>
  costs.reduce((sum, cost) => sum + of(cost), 0);

describe.each(["wasm", "closure"] as const)("a profile on %s", (backend) => {
  it("has the calls of the entry point in their order, each with a tick of the clock", () => {
    const model = compileSync(classifier, { dims: { B: 6 }, backend });
    const profile = model.profile({ x }, { runs: 3, warmup: 0, clock: ticking() });
    const [entry] = model.program.entries;
    expect(profile.calls.map(({ kernel }) => kernel)).toEqual(entry?.calls.map(({ kernel }) => kernel));
    expect(profile.calls.every(({ milliseconds }) => milliseconds === 1)).toBe(true);
    expect(profile).toMatchObject({ program: "classifier", entry: "predict", backend, runs: 3, milliseconds: 1 });
    expect(profile.overhead).toBe(profile.calls.length - 1);
  });

  it("counts the operations of a product as 2 M N K", () => {
    const profile = profiled("predict", backend);
    const products = profile.calls.filter(({ operations }) => operations.includes("matmul"));
    const work = products.filter(({ flops }) => flops > 0).map(({ flops }) => flops);
    expect(work).toEqual([2 * 6 * 8 * 16 + 6 * 16, 2 * 6 * 16 * 4 + 6 * 4]);
    expect(profile.flops).toBe(total(profile.calls, ({ flops }) => flops));
    expect(profile.gigaflopsPerSecond).toBeCloseTo(profile.flops / profile.milliseconds / 1e6, 12);
  });

  it("gives kernels and layers the sums of their calls", () => {
    const { calls, kernels, layers } = profiled("step", backend);
    for (const parts of [kernels, layers]) {
      for (const of of [
        (cost: Cost) => cost.milliseconds,
        (cost: Cost) => cost.flops,
        (cost: Cost) => cost.bytes,
        (cost: Cost) => cost.accessedBytes,
      ])
        expect(total(parts, of)).toBe(total(calls, of));
      expect(total(parts, ({ share }) => share)).toBeCloseTo(1, 12);
      expect(parts.map(({ milliseconds }) => milliseconds)).toEqual(
        parts.map(({ milliseconds }) => milliseconds).toSorted((a, b) => b - a),
      );
      expect(parts.reduce((sum, part) => sum + part.calls, 0)).toBe(calls.length);
    }
  });

  it("takes no step: parameters and optimizer state stay, and so does what a step then gives", () => {
    const [one, other] = [0, 1].map(() => compileSync(taught, { dims: { B: 6 }, backend, seed: 3 }));
    const before = one?.parameters.all();
    one?.profile("step", { x, label }, { runs: 2, warmup: 1 });
    expect(one?.parameters.all()).toEqual(before);
    expect(one?.steps()).toBe(0);
    expect(one?.step({ x, label })).toEqual(other?.step({ x, label }));
    expect(one?.parameters.all()).toEqual(other?.parameters.all());
  });
});

describe("what a profile says of calls", () => {
  const step = profiled("step");

  it("names layers forward, backward and in the update", () => {
    const layers = new Set(step.calls.map(({ layer }) => layer));
    expect(layers).toEqual(new Set(["hidden", "output", "optimizer", undefined]));
    const products = step.calls.filter(({ operations }) => operations.includes("matmul"));
    // Forward; gradients of both weights; gradient of what the second layer reads.
    expect(products.filter(({ flops }) => flops > 0).map(({ layer }) => layer)).toEqual(
      expect.arrayContaining(["hidden", "output", "output", "hidden"]),
    );
    const state = step.calls.filter(({ parameters }) => parameters.some((name) => name.startsWith("optimizer.mean.")));
    expect(state.length).toBeGreaterThan(0);
    expect(state.filter(({ layer }) => layer !== "hidden" && layer !== "output")).toEqual([]);
  });

  it("names the parameters behind packed weights", () => {
    const predict = profiled("predict");
    const [first] = predict.calls.filter(({ flops }) => flops > 0);
    expect(first?.parameters).toEqual(["hidden.weight", "hidden.bias"]);
  });

  it("keeps what is prepared apart from the runs", () => {
    const { program, profile } = compileSync(classifier, { dims: { B: 6 } });
    const { preparation, calls, text, trace } = profile({ x }, { runs: 2, warmup: 0, clock: ticking() });
    expect(preparation.map(({ kernel }) => kernel)).toEqual(program.prepare.map(({ kernel }) => kernel));
    expect(preparation.map(({ layer, parameters }) => [layer, parameters])).toEqual([
      ["hidden", ["hidden.weight"]],
      ["output", ["output.weight"]],
    ]);
    const [first] = calls.filter(({ flops }) => flops > 0);
    expect(first?.parameters).toEqual(["hidden.weight", "hidden.bias"]);
    expect(text()).toContain("\neach time parameters are set: 2.000 ms, 2 calls\n");
    expect(
      trace()
        .traceEvents.filter(({ name }) => name === "prepare")
        .map(({ dur }) => dur),
    ).toEqual([2000, 2000]);
  });

  it("says where operations were written", () => {
    const [first] = profiled("predict").calls.filter(({ flops }) => flops > 0);
    expect(first?.location?.file).toMatch(/test\/backends\/profile\/profile\.test\.ts$/);
  });

  it("goes by parameters where the operation is of no layer", () => {
    const model = defineModel({
      name: "bare",
      params: { inner: { scale: param([4]), shift: param([4]) } },
      inputs: { x: spec("f32", [4]) },
      forward: ({ inner }, { x: given }) => ({ y: given.mul(inner.scale).add(inner.shift) }),
    });
    const { layers } = compileSync(model).profile({ x: new Float32Array(4) }, { runs: 1, warmup: 0 });
    expect(layers.map(({ layer }) => layer)).toEqual(["inner"]);
  });

  it("reaches into the layers of a library model", () => {
    const language = defineModel({
      name: "language",
      params: { net: gpt({ vocabulary: 11, context: 8, features: 8, heads: 2, blocks: 2 }) },
      inputs: { tokens: spec("i32", ["B", "T"]) },
      forward: (p, { tokens }) => ({ logits: p.net(tokens) }),
    });
    const model = compileSync(language, { dims: { B: 1, T: 8 } });
    const { calls, layers } = model.profile({ tokens: new Int32Array(8) }, { runs: 1, warmup: 0 });
    const names = layers.map(({ layer }) => layer);
    for (const name of ["net.blocks.0.qkv", "net.blocks.1.fc", "net.lnf", "net.head"]) expect(names).toContain(name);
    const place = calls.find(({ layer }) => layer === "net.blocks.1.fc")?.location;
    expect(place?.file).toMatch(/profile\.test\.ts$/);
    const decoder = compileSync(decoding(language, { positions: "T", capacity: 4 }), { dims: { B: 1 } });
    const tokens = Int32Array.of(3);
    decoder.decode({ tokens });
    const { logits } = compileSync(decoding(language, { positions: "T", capacity: 4 }), { dims: { B: 1 } }).decode({
      tokens,
    });
    decoder.profile("decode", { tokens }, { runs: 9, warmup: 0 });
    expect(decoder.position()).toBe(1);
    decoder.reset();
    expect(decoder.decode({ tokens }).logits).toEqual(logits);
  });
});

describe("a profile as text", () => {
  const profile = profiled("predict");

  it("has a line for each kernel", () => {
    expect(profile.text({ peak: 0.001 })).toMatchInlineSnapshot(`
      "predict of classifier on wasm: 1.000 ms, fastest 1.000 ms, 0.00 GFLOP/s, 3 runs of 4 calls (looking at the clock between calls: +300.0 %)
      kernel           calls      ms   share                    GFLOP/s  of peak  GB/s  for
      pack                 1  1.0000  25.0 %  ████                                0.00  hidden
      matmul_add_relu      1  1.0000  25.0 %  ████                 0.00  163.2 %  0.00  hidden
      pack_2               1  1.0000  25.0 %  ████                                0.00  output
      matmul_add           1  1.0000  25.0 %  ████                 0.00   79.2 %  0.00  output"
    `);
  });

  it("has a line for each call", () => {
    expect(profile.text({ by: "call" }).replace(/\.ts:\d+/g, ".ts:N")).toMatchInlineSnapshot(`
      "predict of classifier on wasm: 1.000 ms, fastest 1.000 ms, 0.00 GFLOP/s, 3 runs of 4 calls (looking at the clock between calls: +300.0 %)
      call                 ms   share                    GFLOP/s  GB/s  for
      pack             1.0000  25.0 %  ████                       0.00  hidden  profile.test.ts:N
      matmul_add_relu  1.0000  25.0 %  ████                 0.00  0.00  hidden  profile.test.ts:N
      pack_2           1.0000  25.0 %  ████                       0.00  output  profile.test.ts:N
      matmul_add       1.0000  25.0 %  ████                 0.00  0.00  output  profile.test.ts:N"
    `);
  });

  it("keeps the calls that took longest, in the order in which they ran", () => {
    let [time, step] = [0, 0];
    // Each look at the clock is further from the one before.
    const slowing = (): number => (time += step++);
    const model = compileSync(classifier, { dims: { B: 6 } });
    const slower = model.profile({ x }, { runs: 2, warmup: 0, clock: slowing });
    const kernels = slower.calls.map(({ kernel }) => kernel);
    const [, , , ...lines] = slower.text({ by: "call", top: 1 }).split("\n");
    expect(lines.map((line) => line.split(" ")[0])).toEqual([kernels.at(-1), String(kernels.length - 1)]);
    const [, , , ...all] = slower.text({ by: "call", top: kernels.length }).split("\n");
    expect(all.map((line) => line.split(" ")[0])).toEqual(kernels);
  });

  it("has a line for each layer, and sums up what is left out", () => {
    expect(profile.text({ by: "layer", top: 1 })).toMatchInlineSnapshot(`
      "predict of classifier on wasm: 1.000 ms, fastest 1.000 ms, 0.00 GFLOP/s, 3 runs of 4 calls (looking at the clock between calls: +300.0 %)
      layer   calls      ms   share                    GFLOP/s  GB/s
      hidden      2  2.0000  50.0 %  ████████             0.00  0.00
      1 more line: 50.0 %"
    `);
  });
});

describe("a profile as a trace", () => {
  const profile = profiled("step");
  const { traceEvents } = profile.trace();
  const slices = traceEvents.filter(({ ph }) => ph === "X");

  it("is the same as JSON", () => {
    expect(JSON.parse(JSON.stringify(profile.trace()))).toEqual(profile.trace());
  });

  it("names its process and thread, and has what the format wants of each slice", () => {
    expect(traceEvents.filter(({ ph }) => ph === "M").map(({ name, args }) => [name, args["name"]])).toEqual([
      ["process_name", "classifier"],
      ["thread_name", "step on wasm"],
    ]);
    for (const { ts, dur, pid, tid, cat, name } of slices) {
      expect([typeof ts, typeof dur, typeof cat, typeof name]).toEqual(["number", "number", "string", "string"]);
      expect([ts >= 0, (dur ?? -1) >= 0, pid, tid]).toEqual([true, true, 1, 1]);
    }
  });

  it("has a slice for each run, and in it one for each call, in microseconds", () => {
    const runs = slices.filter(({ name }) => name === "step");
    expect(runs.map(({ args }) => args["run"])).toEqual([1, 2, 3]);
    const { calls } = profile;
    expect(runs.map(({ dur }) => dur)).toEqual([0, 1, 2].map(() => 1000 * calls.length));
    const own = slices.filter(({ args }) => "flops" in args);
    expect(own.map(({ name }) => name)).toEqual([0, 1, 2].flatMap(() => calls.map(({ kernel }) => kernel)));
    expect(new Set(own.map(({ dur }) => dur))).toEqual(new Set([1000]));
  });

  it("nests: slices contain one another or do not meet", () => {
    const open: number[] = [];
    for (const { ts, dur = 0 } of slices) {
      while (open.length > 0 && (open.at(-1) ?? 0) <= ts) open.pop();
      expect(ts + dur).toBeLessThanOrEqual(open.at(-1) ?? Number.POSITIVE_INFINITY);
      open.push(ts + dur);
    }
  });
});

describe("the types of profiling", () => {
  it("ask for what the entry point reads", () => {
    const trainer = compileSync(taught, { dims: { B: 6 } });
    const of = (): readonly Profile[] => [
      trainer.profile("predict", { x }),
      trainer.profile("step", { x, label }),
      // @ts-expect-error -- a step reads labels
      trainer.profile("step", { x }),
      // @ts-expect-error -- there is no such entry point
      trainer.profile("stop", { x, label }),
    ];
    expect(of).toThrow("W301");
  });
});

describe("profiling", () => {
  const model = compileSync(classifier, { dims: { B: 6 } });
  const untyped = (value: unknown): never => value as never;

  it("refuses what a call refuses", () => {
    expect(described(() => model.profile(untyped({})))).toContain("error[W301]: predict: input x is not fed");
    expect(described(() => model.executable.profile("go", { x }))).toContain(
      'error[W308]: there is no entry point "go"',
    );
  });

  it("refuses what is no count", () => {
    expect(described(() => model.profile({ x }, { runs: 0 }))).toMatchInlineSnapshot(`
      "error[W140]: profile: runs: a whole number from 1 up is expected, got 0

        test/backends/profile/profile.test.ts
         |     expect(described(() => model.profile({ x }, { runs: 0 }))).toMatchInlineSnapshot(\`
         |                                  ^^^^^^^
        help: write { runs: 20 }."
    `);
    expect(described(() => model.profile({ x }, { warmup: -1 }))).toMatchInlineSnapshot(`
      "error[W140]: profile: warmup: a whole number from 0 up is expected, got -1

        test/backends/profile/profile.test.ts
         |     expect(described(() => model.profile({ x }, { warmup: -1 }))).toMatchInlineSnapshot(\`
         |                                  ^^^^^^^
        help: write { warmup: 20 }."
    `);
  });

  it("tells of each run", () => {
    let told = 0;
    model.profile({ x }, { runs: 5, warmup: 2, onRun: () => void told++ });
    expect(told).toBe(5);
  });

  it("warms up until the engine has done what it was going to", () => {
    expect(isSettled([5, 4, 3, 3, 3, 3, 3])).toBe(false);
    expect(isSettled([5, 3, 3, 3, 3, 3, 3, 3])).toBe(true);
    expect(isSettled([5, 5, 5, 5, 5, 5])).toBe(false);
  });

  it("finds what a share of the samples does not exceed", () => {
    expect([0, 0.25, 0.5, 1].map((share) => quantile([4, 1, 3, 2, 5], share))).toEqual([1, 2, 3, 5]);
    expect(quantile([1, 3], 0.5)).toBe(2);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it("leaves the slower half of the samples out", () => {
    expect(fasterHalfMean([100, 1, 3, 50])).toBe(2);
    expect(fasterHalfMean([9, 1, 3])).toBe(2);
    expect(fasterHalfMean([])).toBeNaN();
  });
});
