// What a kind of workload is: a task (sizes and options), its inputs, what it computes in double precision, and how many
// floating-point operations that takes at the least. Contenders say how they do each kind; see contenders/contender.ts.

/** The elements of a tensor, in row-major order. */
export type Floats = Float32Array<ArrayBuffer>;

/** Tensors by name. */
export type Arrays = Readonly<Record<string, Floats>>;

/** What tensors should be, by name. */
export type Doubles = Readonly<Record<string, Float64Array>>;

/** A kind of computation, whatever its sizes. */
export interface Computation<Task> {
  readonly inputs: (task: Task) => Arrays;
  /** Multiplications and additions that the result needs, however it is computed: nothing that is computed twice. */
  readonly operations: (task: Task) => number;
  /** Bytes that must be read or written at the least, where that may be what takes the time. */
  readonly bytes?: (task: Task) => number | undefined;
  /** How many nodes there are to compile. */
  readonly nodes?: (task: Task) => number | undefined;
  /** What should come out, by name. */
  readonly meaning: (task: Task, inputs: Arrays) => Doubles;
  /** How far results may be from it, as a share of the largest magnitude; a hundred-thousandth unless said. */
  readonly tolerance?: number;
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

/** Inputs of variance 1 for some shapes: the same in every process. */
export const noises = (shapes: Readonly<Record<string, readonly number[]>>): Arrays =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape], position) => [name, noise(countOf(shape), position, Math.sqrt(3))]),
  );

/** An input by its name. */
export const input = (inputs: Arrays, name: string): Floats => {
  const array = inputs[name];
  if (array === undefined) throw new Error(`no input ${name}`);
  return array;
};
