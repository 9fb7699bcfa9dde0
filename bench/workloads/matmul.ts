// The product of two matrices.
import { type Computation, noises } from "./computation.ts";

/** [rows, inner] times [inner, columns]. */
export interface MatmulTask {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** c = a b. */
export const matmulComputation: Computation<MatmulTask> = {
  inputs: ({ rows, inner, columns }) => noises({ a: [rows, inner], b: [inner, columns] }),
  operations: ({ rows, inner, columns }) => 2 * rows * inner * columns,
  meaning: ({ rows, inner, columns }, { a = new Float32Array(), b = new Float32Array() }) => {
    const c = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++)
      for (let at = 0; at < inner; at++) {
        const factor = a[row * inner + at] ?? 0;
        for (let column = 0; column < columns; column++)
          c[row * columns + column] = (c[row * columns + column] ?? 0) + factor * (b[at * columns + column] ?? 0);
      }
    return { c };
  },
};
