// What a kind of workload is: a task (sizes and options), its inputs, what it computes in double precision, and how many
// floating-point operations that takes at the least. Contenders say how they do each kind; see contenders/contender.ts.

/** The elements of a tensor, in row-major order. */
export type Floats = Float32Array<ArrayBuffer>;

/** Tensors by name. */
export type Arrays = Readonly<Record<string, Floats>>;

/** A kind of computation, whatever its sizes. */
export interface Computation<Task> {
  readonly shapes: (task: Task) => Readonly<Record<string, readonly number[]>>;
  /** Multiplications and additions that the result needs, however it is computed: nothing that is computed twice. */
  readonly operations: (task: Task) => number;
  /** What should come out, by name. */
  readonly meaning: (task: Task, inputs: Arrays) => Readonly<Record<string, Float64Array>>;
}

/** How many elements a shape has. */
export const countOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** Numbers in [-scale, scale) from a seed (Marsaglia's xorshift32), the same in every process. */
export const noise = (length: number, seed: number, scale: number): Floats => {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return Float32Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state / 2 ** 31) * scale;
  });
};
