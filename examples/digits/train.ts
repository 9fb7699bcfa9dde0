// Trains the network with a progress bar: loss, accuracy, images per second. Without a terminal, a line for each epoch.
import cliProgress from "cli-progress";
import type { compile } from "../../src/index.ts";
import { batchOf, type Digits, epochOrder, pick } from "./dataset.ts";
import type { lenetTraining } from "./lenet.ts";

/** The compiled training of the network. */
export type DigitsTrainer = Awaited<ReturnType<typeof compile<ParametersOf, InputsOf, OutputsOf, LabelsOf, MetricsOf>>>;

type Described = ReturnType<typeof lenetTraining>;
type ParametersOf = Described["model"]["params"];
type InputsOf = Described["model"]["inputs"];
type OutputsOf = ReturnType<Described["model"]["forward"]>;
type LabelsOf = NonNullable<Described["options"]["inputs"]>;
type MetricsOf = ReturnType<NonNullable<Described["options"]["metrics"]>>;

/** What a training run leaves. */
export interface TrainingRun {
  /** The loss of every step. */
  readonly losses: readonly number[];
  readonly seconds: number;
}

const barFormat = "training {bar} {percentage} % | loss {loss} | accuracy {accuracy} % | {speed} images/s";

/** Goes over the digits `epochs` times, in another order each time. */
export const train = (
  trainer: DigitsTrainer,
  digits: Digits,
  { batch, epochs }: { readonly batch: number; readonly epochs: number },
): TrainingRun => {
  const steps = Math.floor(digits.count / batch);
  const losses: number[] = [];
  let right = 0;
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const bar = new cliProgress.SingleBar({ format: barFormat, hideCursor: true }, cliProgress.Presets.shades_classic);
  let figures = { loss: "-", accuracy: "-", speed: "-" };
  bar.start(epochs * steps, 0, figures);
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const shuffled = pick(digits, epochOrder(digits.count, epoch));
      for (let step = 0; step < steps; step++) {
        const result = trainer.step(batchOf(shuffled, step * batch, batch));
        losses.push(result.loss);
        right += result.right.data[0] ?? 0;
        const seen = losses.length * batch;
        figures = {
          loss: result.loss.toFixed(4),
          accuracy: ((100 * right) / seen).toFixed(2),
          speed: (seen / seconds()).toFixed(0),
        };
        bar.increment(1, figures);
      }
      if (!process.stderr.isTTY) {
        const { loss, accuracy, speed } = figures;
        console.log(`epoch ${epoch + 1} of ${epochs}: loss ${loss}, accuracy ${accuracy} %, ${speed} images/s`);
      }
    }
  } finally {
    bar.stop();
  }
  return { losses, seconds: seconds() };
};
