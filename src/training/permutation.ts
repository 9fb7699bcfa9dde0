// The order of the examples in an epoch, as a pure function of seed and epoch: whoever resumes a run needs no state of a
// generator, only the number of the step.
import { randomStream } from "../model/initializer.ts";

/**
 * A permutation of 0..count-1 by Fisher and Yates, every one as likely as any other: the order in which `fit` goes over
 * examples.
 *
 * @see Durstenfeld 1964, algorithm 235; `torch.randperm`.
 * @example
 * permutation(5, 1, 1).toSorted(); // [0, 1, 2, 3, 4]
 */
export const permutation = (count: number, seed: number, epoch: number): Uint32Array => {
  const random = randomStream(seed, `epoch ${epoch}`);
  const order = Uint32Array.from({ length: count }, (_, position) => position);
  for (let last = count - 1; last > 0; last--) {
    // Two draws of 24 bits, so that data of many millions of examples are shuffled evenly too.
    const other = Math.floor((random() + random() / 2 ** 24) * (last + 1));
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  return order;
};
