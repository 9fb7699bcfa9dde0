// A wrong gradient in words: of what, at which element, how it differs from the slope, and which line says so.
import type { Location } from "../../ir/diagnostics/location.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import type { Fault } from "./local-gradients.ts";

/** Six digits are enough to see a factor. */
export const inDigits = (value: number): string => String(Number(value.toPrecision(6)));

/** `[1, 0]` of a shape. */
export const elementIn = (shape: readonly number[], position: number): string => {
  const index: number[] = [];
  let rest = position;
  for (const extent of shape.toReversed()) {
    index.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return `[${index.join(", ")}]`;
};

/** `file:line:column`, where it is known. */
export const placeInWords = (location: Location | undefined): string | undefined => {
  const frame = location?.();
  return frame === undefined ? undefined : `${frame.file}:${frame.line}:${frame.column}`;
};

/** The elements that were worked out, the largest difference first. */
const differences = (got: NdArray, wanted: NdArray): readonly { readonly at: number; readonly by: number }[] =>
  [...wanted.data.keys()]
    .filter((at) => Number.isFinite(wanted.data[at]))
    .map((at) => ({ at, by: Math.abs((got.data[at] ?? 0) - (wanted.data[at] ?? 0)) }))
    .sort((left, right) => right.by - left.by);

const isClose = (left: number, right: number): boolean =>
  Math.abs(left - right) <= 1e-6 * Math.max(1e-3, Math.abs(right));

/** Whether one array is a multiple of another, and of what. */
const ratioOf = (got: NdArray, wanted: NdArray): number | undefined => {
  const asked = [...wanted.data.keys()].filter((at) => Number.isFinite(wanted.data[at]));
  const largest = asked.reduce(
    (best, at) => (Math.abs(wanted.data[at] ?? 0) > Math.abs(wanted.data[best] ?? 0) ? at : best),
    asked[0] ?? 0,
  );
  const ratio = (got.data[largest] ?? 0) / (wanted.data[largest] ?? 0);
  return Number.isFinite(ratio) && asked.every((at) => isClose(got.data[at] ?? 0, ratio * (wanted.data[at] ?? 0)))
    ? ratio
    : undefined;
};

/** What kind of mistake it is, as the end of "its gradient of operand 1 ...". */
const mistakeIn = ({ got, wanted, others }: Fault): string => {
  const asked = wanted.data.filter(Number.isFinite);
  if (got.data.every((each) => each === 0)) return "is 0, and the slope is not";
  if (asked.every((each) => each === 0)) return "is not 0, but the result does not depend on it";
  const swapped = others.find(
    (other) => ratioOf(got, other.wanted) !== undefined && isClose(ratioOf(got, other.wanted) ?? 0, 1),
  );
  if (swapped !== undefined) return `is the slope of operand ${swapped.operand + 1}`;
  const ratio = ratioOf(got, wanted);
  if (ratio !== undefined && isClose(ratio, -1)) return "has the wrong sign";
  if (ratio !== undefined) return `is ${inDigits(ratio)} times the slope`;
  const right = [...wanted.data.keys()].filter((at) => isClose(got.data[at] ?? 0, wanted.data[at] ?? 0)).length;
  return right > 0
    ? `is right in ${right} of ${asked.length} elements only`
    : "is no multiple of the slope: a term is missing, or one is wrong";
};

/** The op at fault, its mistake, the element that is furthest off, and the lines. */
export const describeFault = (fault: Fault): readonly string[] => {
  const { name, isCustom, operand, value, got, wanted, places } = fault;
  const [worst] = differences(got, wanted);
  const at = worst?.at ?? 0;
  const [where, is] = [elementIn(value.shape, at), inDigits(value.data[at] ?? 0)];
  const lines = new Map<string, string>();
  for (const [what, location] of places) {
    const place = placeInWords(location);
    if (place !== undefined) lines.set(place, lines.get(place) ?? what);
  }
  return [
    `the mistake is in ${name}${isCustom ? ", a function with a derivative of its own" : ""}:`,
    `  its gradient of operand ${operand + 1} ${mistakeIn(fault)}`,
    `  at ${where}, where the operand is ${is}: got ${inDigits(got.data[at] ?? 0)}, the slope is ${inDigits(wanted.data[at] ?? 0)}`,
    ...[...lines].map(([place, what]) => `  ${what} at ${place}`),
    ...(isCustom ? [`  if it is meant so: { except: [${JSON.stringify(name)}] }`] : []),
  ];
};
