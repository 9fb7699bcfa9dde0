// The graph whose derivatives are checked: one number made of all that an entry gives, by weights that are fed, and what the
// backward mode makes of it, once and again.
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { definitionOf, reachable, typeOf } from "../../ir/graph/analysis.ts";
import { graphBuilder } from "../../ir/graph/builder.ts";
import { copyNodes } from "../../ir/graph/copy.ts";
import type { Entry, Graph, ValueId } from "../../ir/graph/graph.ts";
import { type Trace, withTrace } from "../../ir/graph/trace.ts";
import { traceOver } from "../../ir/graph/traced-tensor.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import type { KnownType, NdArray } from "../../ir/types/ndarray.ts";
import { knownType } from "../../ir/types/shape.ts";
import type { Tensor } from "../../ir/types/tensor.ts";
import { differentiate } from "../../passes/differentiate.ts";
import { randomFrom } from "../arbitraries/values.ts";

/** What a gradient is asked of. */
export interface Leaf {
  readonly name: string;
  readonly kind: "input" | "parameter";
  readonly type: KnownType;
}

/** The first derivatives of a graph, or the second: of the first, weighed in turn. */
export type Order = 1 | 2;

/** A graph with entries `loss`, one number, and `gradients`, of each leaf by name; and the weights that both are fed. */
export interface Projected {
  readonly graph: Graph;
  readonly order: Order;
  readonly leaves: readonly Leaf[];
  readonly weights: Readonly<Record<string, NdArray>>;
}

const leafOf = (graph: Graph, value: ValueId): readonly (Leaf & { readonly value: ValueId })[] => {
  const node = definitionOf(graph, value);
  const type = typeOf(graph, value);
  if ((node.op !== "input" && node.op !== "parameter") || !isFloat(type.dtype)) return [];
  return [{ name: node.attrs.name, kind: node.op, type: knownType(type), value }];
};

/** One number in double precision: every float tensor by its weights, summed. */
const weighed = (
  trace: Trace,
  what: string,
  tensors: readonly (readonly [name: string, tensor: Tensor])[],
): { readonly loss: Tensor; readonly names: readonly (readonly [string, KnownType])[] } => {
  const names = tensors.map(
    ([name, { type }]) => [`${what} of ${name}`, { ...knownType(type), dtype: "f64" }] as const,
  );
  const terms = tensors.map(([, tensor], at) => {
    const [name, type] = names[at] ?? reject("W102", { what });
    return tensor.cast("f64").mul(trace.input(name, type)).sum();
  });
  return { loss: terms.reduce((sum, term) => sum.add(term), trace.constant(0, "f64")), names };
};

/**
 * The derivatives of what an entry gives, outputs and new values of parameters alike, with respect to every float leaf; `only`
 * some outputs where they are named. Extents are known. `seed` makes the weights. For comparisons in eleven digits the graph
 * is one in double precision (`inDouble`).
 */
export const projected = (
  graph: Graph,
  entryName: string,
  { order, seed, only }: { readonly order: Order; readonly seed: number; readonly only?: readonly string[] },
): Projected => {
  const entry =
    graph.entries.find(({ name }) => name === entryName) ?? reject("W123", { what: "entry", name: entryName });
  const trace = traceOver(graphBuilder());
  const copy = copyNodes(graph, trace.builder);
  const results = [
    ...entry.outputs,
    ...entry.updates.map(({ name, value }) => ({ name: `updated ${name}`, value })),
  ].filter(({ name, value }) => isFloat(typeOf(graph, value).dtype) && (only?.includes(name) ?? true));
  const read = reachable(
    results.map(({ value }) => value),
    (value) => definitionOf(graph, value),
  );
  const leaves = [...graph.inputs, ...graph.parameters]
    .filter((value) => read.has(definitionOf(graph, value).id))
    .flatMap((value) => leafOf(graph, value));
  const sources = leaves.map(({ value }) => trace.tensor(copy(value)));
  return withTrace(trace, () => {
    const given = results.map(({ name, value }) => [name, trace.tensor(copy(value))] as const);
    const first = weighed(trace, "weights", given);
    const gradients = differentiate(first.loss, sources);
    const named = leaves.map(({ name }, at) => [name, gradients[at] ?? first.loss] as const);
    const second = order === 1 ? undefined : weighed(trace, "weights of the gradient", named);
    const loss = second?.loss ?? first.loss;
    const wanted = second === undefined ? gradients : differentiate(second.loss, sources);
    const outputs = leaves.map(({ name }, at) => ({ name, value: trace.value(wanted[at] ?? loss) }));
    const entries: readonly Entry[] = [
      { name: "loss", outputs: [{ name: "loss", value: trace.value(loss) }], updates: [] },
      { name: "gradients", outputs, updates: [] },
    ];
    const random = randomFrom(seed);
    const weights = [...first.names, ...(second?.names ?? [])].map(([name, type]) => [
      name,
      randomDirection(type, random),
    ]);
    return {
      graph: trace.builder.finish(graph.name, entries),
      order,
      leaves: leaves.map(({ name, kind, type }) => ({ name, kind, type })),
      weights: Object.fromEntries(weights) as Readonly<Record<string, NdArray>>, // pairs of names and arrays
    };
  });
};

/** Random numbers from -1 up to 1, none of them near 0. */
export const randomDirection = ({ dtype, shape }: KnownType, random: () => number): NdArray => ({
  dtype,
  shape,
  data: Float64Array.from({ length: shape.reduce((size, extent) => size * extent, 1) }, () => {
    const drawn = random();
    return drawn < 0.5 ? -1 + 1.6 * drawn : -0.6 + 1.6 * drawn;
  }),
});
