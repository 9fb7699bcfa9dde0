// The bound of a recurrence: its body's, step by step, the state carrying its error along.
import { partsOf, type ScanAttrs } from "../../ir/ops/recurrence-parts.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import { knownExtent } from "../../ir/types/shape.ts";
import type { Bounded } from "./bounded.ts";
import type { BoundRule } from "./rule.ts";

/** Element `at` along the first axis. */
const elementAt = ({ dtype, shape: [, ...shape], data, error }: Bounded, at: number): Bounded => {
  const [from, to] = [at * sizeOf(shape), (at + 1) * sizeOf(shape)];
  return { dtype, shape, data: data.slice(from, to), error: error.slice(from, to) };
};

/** The states that a scan goes through, and what it gives at each step. */
export const scanRule: BoundRule<ScanAttrs> = ({ operands, attrs, results, run }) => {
  const { carried, body, reverse } = attrs;
  const length = knownExtent(attrs.length);
  const { state: first, over, captured } = partsOf(operands, attrs);
  const sequences = results.slice(carried).map(({ data }) => new Float64Array(data.length));
  let state = first;
  for (let step = 0; step < length; step++) {
    const at = reverse ? length - 1 - step : step;
    const given = run(body, [...state, ...over.map((sequence) => elementAt(sequence, at)), ...captured]);
    state = given.slice(0, carried);
    given.slice(carried).forEach(({ error }, position) => sequences[position]?.set(error, at * error.length));
  }
  return [...state.map(({ error }) => error), ...sequences];
};
