// The adding problem (Hochreiter and Schmidhuber 1997): a sequence of random numbers, two of which are marked; wanted is their sum.
// Who has forgotten the first mark can say no better than 1, and is wrong by 1/6 in the mean square.
import { randomNumbers } from "./random.ts";

/** `batch` sequences: x [length, batch, 2] with a number and a mark at each step, and the sums of the marked [batch]. */
export const additions = (
  length: number,
  batch: number,
  seed: number,
): { x: Float32Array<ArrayBuffer>; wanted: Float32Array<ArrayBuffer> } => {
  const random = randomNumbers(Math.imul(seed + 1, 2654435761));
  const half = Math.floor(length / 2);
  const x = new Float32Array(length * batch * 2);
  const wanted = new Float32Array(batch);
  for (let row = 0; row < batch; row++) {
    const marked = [Math.floor(random() * half), half + Math.floor(random() * (length - half))];
    for (let time = 0; time < length; time++) {
      const [value, mark] = [random(), marked.includes(time) ? 1 : 0];
      x.set([value, mark], 2 * (time * batch + row));
      wanted[row] = (wanted[row] ?? 0) + mark * value;
    }
  }
  return { x, wanted };
};
