// W5xx: training. A step that is not finite names the first value that was not, on the line where it was written.
import { describe, expect, it } from "vitest";
import {
  type BackendName,
  buffer,
  compileSync,
  defineModel,
  exp,
  log,
  mean,
  param,
  reciprocal,
  scan,
  spec,
  sum,
  type Tensor,
  training,
  updateBuffer,
} from "../../src/index.ts";
import { sgd } from "../../src/optim/index.ts";
import { described } from "../support/described.ts";
import { bitsOf } from "../support/small-models.ts";

/** What a caller without a type checker passes. */
const untyped = (value: unknown): never => value as never;

const scaled = defineModel({
  name: "scaled",
  params: { w: param([3]) },
  inputs: { x: spec("f32", ["B", 3]) },
  forward: ({ w }, { x }) => ({ y: x.mul(w) }),
});

const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
const start = Float32Array.of(1, -2, 3);

describe("errors of training", () => {
  /** What a step says of a model whose layer announces this. */
  const announcing = (announce: (seen: Tensor, w: Tensor) => unknown): string => {
    const model = defineModel({
      name: "announcing",
      params: { w: param([3]), seen: buffer([2]) },
      inputs: { x: spec("f32", ["B", 3]) },
      forward: ({ w, seen }, { x }) => {
        announce(seen, w);
        return { y: x.mul(w) };
      },
    });
    return described(() => compileSync(training(model, { loss: ({ y }) => mean(y), optimizer }), { dims: { B: 2 } }));
  };

  it("W504", () => {
    expect(announcing((seen) => updateBuffer(seen, seen.sum()))).toMatchInlineSnapshot(`
      "error[W504]: updateBuffer: f32[2] cannot become f32[]

        test/errors/training.test.ts
         |     expect(announcing((seen) => updateBuffer(seen, seen.sum()))).toMatchInlineSnapshot(\`
         |                                 ^^^^^^^^^^^^
        operand 1  f32[2]  from test/errors/training.test.ts
        operand 2  f32[]   from test/errors/training.test.ts
        help: give it a tensor of its own type, f32[2]."
    `);
    expect(announcing((seen) => updateBuffer(seen, untyped(1)))).toMatchInlineSnapshot(`
      "error[W504]: updateBuffer: f32[2] cannot become 1

        test/errors/training.test.ts
         |     expect(announcing((seen) => updateBuffer(seen, untyped(1)))).toMatchInlineSnapshot(\`
         |                                 ^^^^^^^^^^^^
        operand 1  f32[2]  from test/errors/training.test.ts
        help: give it a tensor of its own type, f32[2]."
    `);
  });

  it("W505", () => {
    expect(announcing((_, w) => updateBuffer(w, w.mul(2)))).toMatchInlineSnapshot(`
      "error[W505]: updateBuffer: the model has no buffer that is this f32[3]

        test/errors/training.test.ts
         |     return described(() => compileSync(training(model, { loss: ({ y }) => mean(y), optimizer }), { dims: { B: 2 } }));
         |                                        ^^^^^^^^
        help: declare it with buffer([...]) in params, and pass the very tensor that \`forward\` is given for it."
    `);
    expect(announcing((seen) => updateBuffer(seen.mul(2), seen))).toMatchInlineSnapshot(`
      "error[W505]: updateBuffer: the model has no buffer that is this f32[2]

        test/errors/training.test.ts
         |     return described(() => compileSync(training(model, { loss: ({ y }) => mean(y), optimizer }), { dims: { B: 2 } }));
         |                                        ^^^^^^^^
        help: declare it with buffer([...]) in params, and pass the very tensor that \`forward\` is given for it."
    `);
  });

  it("W507", () => {
    const inStep = (seen: Tensor, w: Tensor): unknown =>
      scan({
        carry: { sum: seen },
        over: { w: w.reshape([3, 1]) },
        step: ({ sum }, { w }) => {
          const next = sum.add(w);
          updateBuffer(seen, next);
          return { carry: { sum: next } };
        },
      });
    expect(announcing(inStep)).toMatchInlineSnapshot(`
      "error[W507]: updateBuffer: this value of a buffer f32[2] is computed within the step of a scan

        test/errors/training.test.ts
         |           updateBuffer(seen, next);
         |           ^^^^^^^^^^^^
        operand 1  f32[2]  from test/errors/training.test.ts
        operand 2  f32[2]  from test/errors/training.test.ts
        help: give it out of the step as a carry or an output, and update the buffer with what the scan gives."
    `);
  });

  it("W506", () => {
    const trainer = compileSync(training(scaled, { loss: ({ y }) => mean(y), optimizer }), { dims: { B: 2 } });
    expect(described(() => trainer.predictAveraged({ x: new Float32Array(6) }))).toMatchInlineSnapshot(`
      "error[W506]: predictAveraged: this training keeps no averages of its parameters

        test/errors/training.test.ts
         |     expect(described(() => trainer.predictAveraged({ x: new Float32Array(6) }))).toMatchInlineSnapshot(\`
         |                                    ^^^^^^^^^^^^^^^
        help: describe the training with averages: ema({ decay: 0.999 })."
    `);
    expect(() => trainer.averages()).toThrow("W506");
  });

  it("W501", () => {
    const withLoss = (loss: unknown): string =>
      described(() => compileSync(training(scaled, { loss: untyped(loss), optimizer }), { dims: { B: 2 } }));
    expect(withLoss(({ y }: { y: unknown }) => y)).toMatchInlineSnapshot(`
      "error[W501]: training: the loss must be one float, got f32[B, 3]

        test/errors/training.test.ts
         |       described(() => compileSync(training(scaled, { loss: untyped(loss), optimizer }), { dims: { B: 2 } }));
         |                                   ^^^^^^^^
        loss  f32[B, 3]  from test/errors/training.test.ts
        help: reduce it, for example with mean() or sum()."
    `);
    expect(withLoss(() => {})).toMatchInlineSnapshot(`
      "error[W501]: training: the loss must be one float, got undefined

        test/errors/training.test.ts
         |       described(() => compileSync(training(scaled, { loss: untyped(loss), optimizer }), { dims: { B: 2 } }));
         |                                   ^^^^^^^^
        help: reduce it, for example with mean() or sum()."
    `);
    expect(withLoss(() => 0)).toMatchInlineSnapshot(`
      "error[W501]: training: the loss must be one float, got 0

        test/errors/training.test.ts
         |       described(() => compileSync(training(scaled, { loss: untyped(loss), optimizer }), { dims: { B: 2 } }));
         |                                   ^^^^^^^^
        help: reduce it, for example with mean() or sum()."
    `);
  });

  it("W503", () => {
    const metrics = ({ y }: { y: never }): object => ({ finite: y });
    const make = () => training(scaled, { loss: ({ y }) => mean(y), optimizer, metrics: untyped(metrics) });
    expect(described(() => compileSync(make(), { dims: { B: 2 } }))).toMatchInlineSnapshot(`
      "error[W503]: training: a metric cannot be called "finite"

        test/errors/training.test.ts
         |     const make = () => training(scaled, { loss: ({ y }) => mean(y), optimizer, metrics: untyped(metrics) });
         |                        ^^^^^^^^
        help: choose another name: a step itself reports loss and finite, and histories add step and epoch."
    `);
  });
});

const trainerOf = (backend: BackendName, loss: (y: never) => unknown, learningRate = 0.1) => {
  const method = sgd({ learningRate, momentum: 0.9 });
  const description = training(scaled, { loss: ({ y }) => untyped(loss(untyped(y))), optimizer: method });
  const trainer = compileSync(description, { dims: { B: 2 }, backend });
  trainer.parameters.set(untyped("w"), start);
  return trainer;
};
const stateOf = ({ parameters }: ReturnType<typeof trainerOf>): readonly string[] =>
  Object.entries(parameters.all()).map(([name, { data }]) => `${name}: ${bitsOf(data)}`);

describe.each(["wasm", "closure", "reference"] as const)("W502 on %s", (backend) => {
  it("a NaN in what is fed", () => {
    const trainer = trainerOf(backend, (y) => mean(y));
    trainer.step({ x: Float32Array.of(1, 2, 3, 4, 5, 6) });
    const before = stateOf(trainer);
    expect(described(() => trainer.step({ x: Float32Array.of(1, 2, 3, 4, Number.NaN, 6) }))).toMatchInlineSnapshot(`
      "error[W502]: step 2: the loss is NaN; the first value that is not finite is input "x": f32[2, 3], element 4 is NaN

        test/errors/training.test.ts
         |   inputs: { x: spec("f32", ["B", 3]) },
         |                ^^^^
        help: the parameters are those before this step. Lower the learning rate, clip gradients, or look at the data of this batch."
    `);
    expect(stateOf(trainer)).toEqual(before);
    expect(trainer.steps()).toBe(1);
    expect(Number.isFinite(trainer.step({ x: Float32Array.of(1, 2, 3, 4, 5, 6) }).loss)).toBe(true);
  });

  it("a learning rate that is too high", () => {
    const trainer = trainerOf(backend, (y) => mean(exp(y)), 1e30);
    const x = Float32Array.of(-1, 1, -1, 1, -1, 1);
    trainer.step({ x });
    const before = stateOf(trainer);
    expect(described(() => trainer.step({ x }))).toMatchInlineSnapshot(`
      "error[W502]: step 2: the loss is Infinity; the first value that is not finite is the result of exp: f32[2, 3], element 0 is Infinity

        test/errors/training.test.ts
         |     const trainer = trainerOf(backend, (y) => mean(exp(y)), 1e30);
         |                                                    ^^^
        help: the parameters are those before this step. Lower the learning rate, clip gradients, or look at the data of this batch."
    `);
    expect(stateOf(trainer)).toEqual(before);
  });

  it("a mean of nothing", () => {
    const description = training(scaled, { loss: ({ y }) => mean(y), optimizer });
    const trainer = compileSync(description, { dims: { B: 0 }, backend });
    expect(described(() => trainer.step({ x: new Float32Array(0) }))).toMatchInlineSnapshot(`
      "error[W502]: step 1: the loss is NaN; the first value that is not finite is the result of div: f32[], element 0 is NaN

        test/errors/training.test.ts
         |     const description = training(scaled, { loss: ({ y }) => mean(y), optimizer });
         |                                                             ^^^^
        help: the parameters are those before this step. Lower the learning rate, clip gradients, or look at the data of this batch."
    `);
  });

  it("division by zero", () => {
    const trainer = trainerOf(backend, (y) => sum(reciprocal(y)));
    expect(described(() => trainer.step({ x: new Float32Array(6) }))).toMatchInlineSnapshot(`
      "error[W502]: step 1: the loss is NaN; the first value that is not finite is the result of reciprocal: f32[2, 3], element 0 is Infinity

        test/errors/training.test.ts
         |     const trainer = trainerOf(backend, (y) => sum(reciprocal(y)));
         |                                                   ^^^^^^^^^^
        help: the parameters are those before this step. Lower the learning rate, clip gradients, or look at the data of this batch."
    `);
    expect(bitsOf(trainer.parameters.get(untyped("w")).data)).toBe(bitsOf(start));
  });
});

// The reference works in double precision, which holds this gradient.
it.each(["wasm", "closure"] as const)("W502 on %s: a gradient that overflows while the loss is finite", (backend) => {
  // The logarithm of 1e-39 is about -90, but its derivative 1e39 is more than any f32.
  const trainer = trainerOf(backend, (y) => sum(log(y)));
  trainer.parameters.set(untyped("w"), Float32Array.of(1e-39, 1, 1));
  const before = stateOf(trainer);
  const x = new Float32Array(6).fill(1);
  expect(Number.isFinite(trainer.grads({ x }).loss)).toBe(true);
  expect(described(() => trainer.step({ x }))).toMatchInlineSnapshot(`
    "error[W502]: step 1: the loss is -179.6016387939453; the first value that is not finite is the result of reciprocal: f32[2, 3], element 0 is Infinity

      test/errors/training.test.ts
       |   const trainer = trainerOf(backend, (y) => sum(log(y)));
       |                                                 ^^^
      help: the parameters are those before this step. Lower the learning rate, clip gradients, or look at the data of this batch."
  `);
  expect(stateOf(trainer)).toEqual(before);
});
