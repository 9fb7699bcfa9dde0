// The machine's peak as something that is measured in turn with contenders.
import { peakOperations as operationsOf, preparePeak } from "../src/cli/machine-peak.ts";
import type { Prepared } from "./contenders/contender.ts";

/** So many that a run takes about as long as the products it is compared with, and is interrupted as often. */
const steps = 3_000_000;

/** Multiplications and additions of one run. */
export const peakOperations: number = operationsOf(steps);

/** Multiply and add in registers. */
export const peak = (): Prepared => {
  const run = preparePeak(steps);
  return {
    run: () => {
      run();
      return {};
    },
  };
};
