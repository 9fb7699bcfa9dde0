// Runs a training as a user would: the network, loss, optimizer, schedule and clipping that the case says, compiled as one
// training, and stepped. What is compared: the learning rate of each step, the loss and the norm of the gradients before it, the
// parameters after it.
import {
  type BackendName,
  compileSync,
  constant,
  defineModel,
  type InputSpec,
  type NDArray,
  spec,
  type Tensor,
  training,
} from "../../src/index.ts";
import type { LearningRate, Optimizer } from "../../src/optim/index.ts";
import { boundOf, type Finding, largestError } from "./bounds.ts";
import type { OptimizerCase } from "./golden-case.ts";
import type { Inputs, Network, Tensors } from "./network.ts";
import { fedAll, inPrecision, realOn, requireParameters } from "./run-module.ts";

/** A training in PyTorch's names. */
export interface Regime {
  readonly network: Network & { readonly loss: (outputs: Tensors, input: Inputs) => Tensor };
  readonly optimizer: Optimizer;
  /** The bound on the norm of all gradients together. */
  readonly clipNorm?: number;
}

/** The learning rate of each of some steps, which is a graph of its own. */
const learningRates = (rate: LearningRate, steps: number, backend: BackendName): readonly number[] => {
  const real = realOn(backend);
  const schedule = compileSync(
    defineModel({
      name: "schedule",
      params: {},
      inputs: { step: spec(real, []) },
      forward: (_, { step }) => ({ rate: typeof rate === "number" ? constant(rate, [], real) : rate(step) }),
    }),
    { backend },
  );
  const feed = (step: number): NDArray["data"] => (real === "f64" ? Float64Array.of(step) : Float32Array.of(step));
  // The array is of the dtype that the input was given.
  return Array.from({ length: steps }, (_, at) => schedule({ step: feed(at + 1) as never }).rate.data[0] ?? Number.NaN);
};

const normOf = (gradients: Readonly<Record<string, NDArray>>): number =>
  Math.hypot(...Object.values(gradients).flatMap(({ data }) => Array.from<number>(data)));

const trainerOf = ({ network, optimizer, clipNorm }: Regime, stored: OptimizerCase, backend: BackendName) => {
  const real = realOn(backend);
  const params = inPrecision(network.params, real);
  requireParameters(params, stored.parameters);
  const inputs = Object.fromEntries(
    Object.entries(stored.inputs).map(([name, { dtype, shape }]): [string, InputSpec] => [
      name,
      spec(dtype === "f64" ? real : dtype, shape),
    ]),
  );
  const inputOf =
    (tensors: Tensors): Inputs =>
    (name) => {
      const tensor = tensors[name];
      if (tensor === undefined) throw new Error(`the case has no input ${name}`);
      return tensor;
    };
  const model = defineModel({
    name: stored.name,
    params,
    inputs,
    // `network` tied the function to the tree whose parameters these are.
    forward: (bound, tensors) => network.forward(bound, inputOf(tensors)),
  });
  const trainer = compileSync(
    training(model, {
      loss: (outputs, tensors) => network.loss(outputs, inputOf(tensors)),
      optimizer,
      ...(clipNorm === undefined ? {} : { clip: { norm: clipNorm } }),
    }),
    { backend },
  );
  trainer.parameters.restore(fedAll(stored.parameters, real), { partial: true });
  return trainer;
};

const single = (value: number) => ({ shape: [], data: [value] });

/** Trains as the case says, and compares every step. */
export const runOptimizer = (regime: Regime, stored: OptimizerCase, backend: BackendName): readonly Finding[] => {
  const trainer = trainerOf(regime, stored, backend);
  const feeds = fedAll(stored.inputs, realOn(backend));
  const rates = learningRates(regime.optimizer.learningRate, stored.steps.length, backend);
  const forward = boundOf(stored, backend, "forward");
  return stored.steps.flatMap(({ learningRate, loss, gradientNorm, parameters }, position): readonly Finding[] => {
    const step = `step ${position + 1}`;
    const close = (what: string, found: number, wanted: number, bound: number): Finding => ({
      what: `${what} of ${step}`,
      error: largestError(single(found), single(wanted)),
      bound,
    });
    const norm = gradientNorm === undefined ? undefined : normOf(trainer.grads(feeds).gradients);
    const { loss: found } = trainer.step(feeds);
    const after: Readonly<Record<string, NDArray>> = trainer.parameters.all();
    return [
      close("learning rate", rates[position] ?? Number.NaN, learningRate, forward),
      close("loss", found, loss, boundOf(stored, backend, "loss", loss)),
      ...(norm === undefined || gradientNorm === undefined
        ? []
        : [close("gradient norm", norm, gradientNorm, forward)]),
      ...Object.entries(parameters).map(([name, wanted]) => ({
        what: `${name} after ${step}`,
        error: largestError(after[name], wanted),
        bound: forward,
      })),
    ];
  });
};
