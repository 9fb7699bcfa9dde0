// Calls of which the type checker knows less than there is: extents that are just numbers, shapes that are just shapes, axes that
// are computed. What it cannot know it must let through.
import * as fc from "fast-check";
import type { Shape } from "../../../src/ir/types/tensor-type.ts";
import { type Call, Code, Given, type Unknown, Widened } from "./calls.ts";

/** Takes the next number of a list that says what to forget. */
type Next = () => number;

const unknownOf = (shape: Shape, next: Next): Unknown => ({
  rank: next() === 1,
  dtype: next() === 1,
  extents: shape.map((extent) => (next() !== 1 ? undefined : typeof extent === "number" ? "number" : "string")),
});

/** Options that choose among kinds of results: of one that is not known it is not known either what there is. */
const kinds = ["weights", "logSumExp"];

const isDim = (text: string): boolean => /^(?:[A-Z]|floor\()/.test(text);

const blurred = (value: unknown, next: Next): unknown => {
  if (value instanceof Given) return new Given(value.dtype, value.shape, unknownOf(value.shape, next));
  if (value instanceof Code) return value;
  if (Array.isArray(value)) return value.map((each) => blurred(each, next));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, kinds.includes(key) ? each : blurred(each, next)]),
    );
  const canWiden =
    typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && isDim(value));
  return canWiden && next() === 1 ? new Widened(value) : value;
};

/** The call, now and then with less known of it. */
export const sometimesBlurred = (of: fc.Arbitrary<Call>): fc.Arbitrary<Call> =>
  fc.oneof(
    { weight: 4, arbitrary: of },
    {
      weight: 1,
      arbitrary: fc.tuple(of, fc.array(fc.nat(4), { minLength: 8, maxLength: 24 })).map(([call, list]): Call => {
        let at = 0;
        const given = blurred(call.given, () => list[at++ % list.length] ?? 0);
        // A list of arguments becomes a list of as many.
        return { ...call, given: given as readonly unknown[] };
      }),
    },
  );

/** Whether the type checker knows less of a call than there is. */
export const isBlurred = (value: unknown): boolean => {
  if (value instanceof Given) {
    const { rank, dtype, extents } = value.unknown ?? { rank: false, dtype: false, extents: [] };
    return rank || dtype || extents.some((extent) => extent !== undefined);
  }
  if (value instanceof Widened) return true;
  if (Array.isArray(value)) return value.some(isBlurred);
  return (
    typeof value === "object" && value !== null && !(value instanceof Code) && Object.values(value).some(isBlurred)
  );
};
