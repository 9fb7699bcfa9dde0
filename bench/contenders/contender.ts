// A contender: something that can do workloads, one file each. For every kind of workload it has forms (ways to write it
// down, of which the fastest counts), or it says what it lacks.

import type { ClockName } from "../clock.ts";
import type { Leaf } from "../networks/network.ts";
import { type Arrays, type Floats, input } from "../workloads/computation.ts";
import type { Workload } from "../workloads/index.ts";
import type { Kind, Tasks } from "../workloads/tasks.ts";

/** A workload made ready: compiled, inputs where the contender wants them. */
export interface Prepared {
  /** One call: what is timed. Results are arrays of JavaScript's, in whatever layout the form prefers. */
  readonly run: () => Arrays | Promise<Arrays>;
  /** Results in the workload's layout; not timed. */
  readonly inLayout?: (results: Arrays) => Arrays;
  /** Of what happens once in a process: starts one and gives its seconds by each clock, instead of `run` being timed. */
  readonly seconds?: () => Promise<Readonly<Record<ClockName, number>>>;
}

/** One way to do a task. */
export interface Form<Task> {
  readonly prepare: (task: Task, inputs: Arrays) => Prepared | Promise<Prepared>;
  /** Why the form is measured and shown, but is no peer to be compared with. */
  readonly aside?: string;
}

/** Forms by name, or the reason why there is none. */
export type Offer<Task> = { readonly forms: Readonly<Record<string, Form<Task>>> } | { readonly lacks: string };

/** What there is for each kind of task; it may depend on the task. */
export type Offers = { readonly [K in Kind]: (task: Tasks[K]) => Offer<Tasks[K]> };

/** What does workloads. */
export interface Contender {
  /** Called once in the process that is to measure it. */
  readonly start: () => Promise<Offers>;
}

/** What a contender has for a workload. */
export const offerFor = (offers: Offers, { kind, task }: Workload): Offer<unknown> =>
  // A workload's kind chooses the forms for its own task, which TypeScript cannot follow through the table.
  (offers[kind] as (task: unknown) => Offer<unknown>)(task);

/** Elements of [a, b, c] in the order of [b, a, c]: heads before positions, or positions before heads. */
export const exchanged = (data: Floats, [a, b, c]: readonly [number, number, number]): Floats => {
  const result = new Float32Array(data.length);
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++) result.set(data.subarray((i * b + j) * c, (i * b + j + 1) * c), (j * a + i) * c);
  return result;
};

/** A matrix with its axes exchanged. */
export const transposed = (data: Floats, [rows = 1, columns = 1]: readonly number[]): Floats =>
  exchanged(data, [rows, columns, 1]);

/** The numbers of a weight, matrices as [in, out]. */
export const inOut = ({ value: { name, shape }, use }: Leaf, inputs: Arrays): Floats => {
  const data = input(inputs, name);
  return use === "matrix" ? transposed(data, shape) : data;
};

const isFloats = (data: unknown): data is Floats => data instanceof Float32Array && data.buffer instanceof ArrayBuffer;

/** What a peer gives as data, which should be floats. */
export const floats = (data: unknown): Floats => {
  if (isFloats(data)) return data;
  throw new Error("results should be f32");
};
