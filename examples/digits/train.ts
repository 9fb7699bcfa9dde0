// Trains the network with a progress bar, the test digits read after each epoch, and a file of figures. A run that is killed
// goes on where it was when it is started again.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { checkpoints, csvFile, progressBar } from "../../src/cli/training/index.ts";
import { type Compilation, fit, type History } from "../../src/index.ts";
import type { Digits } from "./dataset.ts";
import type { lenetTraining } from "./lenet.ts";

/** How many digits are read at a time. */
export const batch = 32;

/** The compiled training of the network. */
export type DigitsTrainer = Compilation<ReturnType<typeof lenetTraining>>;

/** Where and how long a run goes. */
export interface RunOptions {
  readonly epochs: number;
  readonly directory: string;
}

const feedsOf = ({ images, labels }: Digits) => ({ image: images, label: labels });

/** Goes over the digits `epochs` times, in another order each time. */
export const train = async (
  trainer: DigitsTrainer,
  { train: learned, test }: { readonly train: Digits; readonly test: Digits },
  { epochs, directory }: RunOptions,
): Promise<History> => {
  const run = join(directory, `run-of-${epochs}`);
  const history = await fit(trainer, {
    data: feedsOf(learned),
    validation: feedsOf(test),
    epochs,
    shuffle: 2026,
    checkpoint: checkpoints(run, { every: 100 }),
    log: [progressBar({ unit: "images" }), csvFile(join(directory, "metrics.csv"))],
  });
  // It is done: started again, it begins again.
  rmSync(run, { recursive: true });
  return history;
};
