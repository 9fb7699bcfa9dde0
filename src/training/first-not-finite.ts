// When a loss stops being finite: which value was the first. The step is repeated on the reference interpreter, rounding
// to f32 as the program does, until a float result holds NaN or an infinity that its operands did not hold.
import { evaluateEntry, type NamedArrays } from "../backends/reference/interpreter.ts";
import type { NDArray } from "../backends/runtime/host-array.ts";
import type { Location } from "../ir/diagnostics/location.ts";
import type { Graph, Node } from "../ir/graph/graph.ts";
import { functionOf } from "../ir/graph/print-node.ts";
import { type DataArray, isFloat } from "../ir/types/dtype.ts";
import { type NdArray, sizeOf } from "../ir/types/ndarray.ts";
import { knownType } from "../ir/types/shape.ts";
import type { TensorType } from "../ir/types/tensor-type.ts";

/** The first value that was not finite. */
export interface NotFinite {
  readonly node: { readonly what: string; readonly type: TensorType; readonly location: Location | undefined };
  /** Row-major position of the element. */
  readonly element: number;
  readonly value: number;
}

/** Ends the evaluation as soon as the value is found. */
class Found extends Error {
  readonly found: NotFinite;

  constructor(found: NotFinite) {
    super("found");
    this.found = found;
  }
}

const describe = (node: Node): string => {
  if ((node.op === "input" || node.op === "parameter") && "name" in node.attrs)
    return `${node.op} ${JSON.stringify(node.attrs.name)}`;
  return `the result of ${functionOf(node) ?? node.op}`;
};

const toReference = ({ dtype, shape, data }: NDArray): NdArray => ({ dtype, shape, data: Float64Array.from(data) });

/** The feeds as arrays of the inputs' types; what was fed was checked before the step ran. */
const asArrays = (feeds: Readonly<Record<string, unknown>>, graph: Graph): NamedArrays =>
  Object.fromEntries(
    [...graph.nodes.values()].flatMap((node): readonly (readonly [string, NdArray])[] => {
      const [result] = node.results;
      if (node.op !== "input" || result === undefined) return [];
      const type = knownType(result.type);
      const size = sizeOf(type.shape);
      const fed = Object.hasOwn(feeds, node.attrs.name) ? feeds[node.attrs.name] : undefined;
      const given = typeof fed === "object" && fed !== null && "data" in fed ? fed.data : fed;
      // An input that the step does not read may be left out, or be anything.
      const fits = ArrayBuffer.isView(given) && "length" in given && given.length === size;
      const data = fits ? Float64Array.from(given as DataArray) : new Float64Array(size);
      return [[node.attrs.name, { ...type, data }]];
    }),
  );

/** Repeats an entry point to find the first value that is not finite; falls back to naming the entry's first output. */
export const firstNotFinite = (
  graph: Graph,
  entry: string,
  feeds: Readonly<Record<string, unknown>>,
  parameters: Readonly<Record<string, NDArray>>,
): NotFinite => {
  const observe = (node: Node, results: readonly NdArray[]): void => {
    // A constant infinity is meant; only what was computed or fed is looked at.
    if (node.op === "constant" || node.op === "data") return;
    for (const [position, { dtype, data }] of results.entries()) {
      const element = isFloat(dtype) ? data.findIndex((value) => !Number.isFinite(value)) : -1;
      const type = node.results[position]?.type;
      if (element >= 0 && type !== undefined)
        throw new Found({
          node: { what: describe(node), type, location: node.location },
          element,
          value: data[element] ?? Number.NaN,
        });
    }
  };
  try {
    const state = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, toReference(value)]));
    evaluateEntry(graph, entry, asArrays(feeds, graph), state, { round: "f32", observe });
  } catch (error) {
    if (error instanceof Found) return error.found;
    throw error;
  }
  const type: TensorType = { dtype: "f32", shape: [] };
  return {
    node: { what: "an intermediate value of f32 arithmetic", type, location: undefined },
    element: 0,
    value: Number.NaN,
  };
};
