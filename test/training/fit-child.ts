// The run that kill.test.ts kills: a small network with running statistics and dropout, trained by Adam with a schedule, averages
// of the weights and early stopping, on the backend and in the folder of its arguments. It trains until it is done, and then leaves what it has come to beside the checkpoints.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkpoints, csvFile } from "../../src/cli/training/index.ts";
import {
  argmax,
  type BackendName,
  cast,
  compile,
  crossEntropy,
  defineModel,
  equal,
  fit,
  relu,
  spec,
  sum,
  training,
} from "../../src/index.ts";
import { batchNorm, dropout, linear } from "../../src/nn/index.ts";
import { adam, cosine, ema, warmUp } from "../../src/optim/index.ts";
import { bitsOf, numbers } from "../support/small-models.ts";

const [, , backend, folder = "", every, seed] = process.argv;

const network = defineModel({
  name: "killed",
  params: { hidden: linear(6, 24), norm: batchNorm(24), drop: dropout(0.2), output: linear(24, 3) },
  inputs: { features: spec("f32", ["B", 6]) },
  forward: (p, { features }) => ({ logits: p.output(p.drop(relu(p.norm(p.hidden(features))))) }),
});

const described = training(network, {
  inputs: { label: spec("i32", ["B"]) },
  loss: ({ logits }, { label }) => crossEntropy(logits, label),
  optimizer: adam({ learningRate: warmUp(20, cosine(0.02, 280)) }),
  clip: { norm: 1 },
  averages: ema({ decay: 0.98 }),
  metrics: ({ logits }, { label }) => ({ right: sum(cast(equal(argmax(logits, 1), label), "i32")) }),
});

/** Points whose class follows from their first two numbers. */
const examples = (count: number, seed: number) => {
  const features = numbers(6 * count, seed);
  const classOf = (x: number, y: number): number => (x > 0.2 ? 2 : y > 0 ? 1 : 0);
  const label = Int32Array.from({ length: count }, (_, at) =>
    classOf(features[6 * at] ?? 0, features[6 * at + 1] ?? 0),
  );
  return { features, label };
};

const trainer = await compile(described, {
  dims: { B: 8 },
  // The test names backends.
  backend: backend as BackendName,
  seed: Number(seed),
});
const history = await fit(trainer, {
  data: examples(205, 1),
  validation: examples(61, 500),
  epochs: 12,
  shuffle: 11,
  earlyStopping: { metric: "validation.loss", patience: 20, restoreBest: true },
  checkpoint: checkpoints(join(folder, "run"), { every: Number(every) }),
  log: [csvFile(join(folder, "steps.csv"), { rows: "step" }), csvFile(join(folder, "epochs.csv"))],
  // A character for each step, which tells the test how far it is. Writing to a pipe is synchronous.
  onStep: () => void process.stdout.write("."),
});
const { steps, epochs, best, ending } = history;
const parameters = Object.entries(trainer.parameters.all()).map(([name, { data }]) => `${name}: ${bitsOf(data)}`);
writeFileSync(join(folder, "result.json"), JSON.stringify({ steps, epochs, best, ending, parameters }));
