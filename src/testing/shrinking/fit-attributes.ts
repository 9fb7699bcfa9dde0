// Attributes that go with operands of other extents: most ops say nothing of extents and keep what they have; those that do
// are given the extents that their new operands and the wanted result ask for. Several proposals where it is open; the op's
// own typing rule chooses.
import { dimAttributes } from "../../ir/graph/analysis.ts";
import { bodyOf } from "../../ir/graph/body.ts";
import { bodiesIn } from "../../ir/graph/body-graph.ts";
import type { Node } from "../../ir/graph/graph.ts";
import type { Attributes, AttributeValue } from "../../ir/ops/attributes.ts";
import type { Attrs, OpKind } from "../../ir/ops/index.ts";
import type { Dim } from "../../ir/types/dim.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import { sameShape, type TensorType } from "../../ir/types/tensor-type.ts";
import { rewriteBody } from "./rewrite-case.ts";

/** What an extent becomes. */
export type ExtentMap = (extent: number) => number;

/** What there is to go by: the operands before and after, and what each extent should become. */
interface Fitting {
  readonly operands: readonly (readonly number[])[];
  readonly old: readonly (readonly number[])[];
  readonly result: readonly number[];
  readonly become: ExtentMap;
}

const mapDim =
  (become: ExtentMap) =>
  (dim: Dim): Dim =>
    typeof dim === "number" ? become(dim) : dim;

/** A shape of so many elements: extents mapped, and where that does not come out, one of them solved for. */
const reshapes = (wanted: readonly number[], size: number, become: ExtentMap): readonly (readonly number[])[] => {
  const mapped = wanted.map(become);
  if (sizeOf(mapped) === size) return [mapped];
  return [mapped, wanted].flatMap((shape) =>
    shape.flatMap((_, axis) => {
      const others = sizeOf(shape.toSpliced(axis, 1));
      return others > 0 && size % others === 0 ? [shape.with(axis, size / others)] : [];
    }),
  );
};

type Proposals<K extends OpKind> = (attrs: Attrs<K>, fitting: Fitting) => readonly Attrs<K>[];

/** A slice of at most the extents there are, of the mapped length where there is room. */
const sliced: Proposals<"slice"> = (attrs, { operands: [now = []], old: [before = []], result, become }) => {
  const ends = knownShape(attrs.ends);
  const starts = knownShape(attrs.starts);
  const parts = now.map((extent, axis) => {
    const [start = 0, end = 0, step = 1] = [starts[axis], ends[axis], attrs.steps[axis]];
    if (extent === before[axis]) return [start, end] as const;
    const span = Math.min((become(result[axis] ?? 1) - 1) * step + 1, extent);
    const first = Math.min(start, Math.max(extent - span, 0));
    return [first, Math.min(extent, Math.max(first, first + span))] as const;
  });
  return [{ ...attrs, starts: parts.map(([start]) => start), ends: parts.map(([, end]) => end) }];
};

/** Padding as it is, or as much less at the end as gives the mapped extent. */
const padded: Proposals<"pad"> = (attrs, { operands: [now = []], result, become }) => {
  const high = now.map((extent, axis) => {
    const spread = extent + Math.max(extent - 1, 0) * (attrs.interior[axis] ?? 0) + (attrs.low[axis] ?? 0);
    return become(result[axis] ?? 0) - spread;
  });
  return [{ ...attrs, high }, attrs];
};

const shaped: Proposals<"broadcast"> = (attrs, { operands: [now = []], old: [before = []], become }) => {
  const wanted = knownShape(attrs.shape);
  const surplus = wanted.length - now.length;
  const followed = wanted.map((extent, axis) =>
    axis >= surplus && before[axis - surplus] === extent ? (now[axis - surplus] ?? extent) : become(extent),
  );
  return [{ shape: followed }, { shape: wanted.map(become) }];
};

/** The ops whose attributes speak of extents in a way of their own. */
const proposals: { readonly [K in OpKind]?: Proposals<K> } = {
  reshape: ({ shape }, { operands: [now = []], become }) =>
    reshapes(knownShape(shape), sizeOf(now), become).map((fitting) => ({ shape: fitting })),
  broadcast: shaped,
  slice: sliced,
  pad: padded,
};

const shapesOf = (types: readonly TensorType[]): readonly (readonly number[])[] =>
  types.map(({ shape }) => knownShape(shape));

const mapValue = (value: AttributeValue | undefined, become: ExtentMap): AttributeValue =>
  typeof value === "object" && !("outputs" in value)
    ? value.map(mapDim(become))
    : typeof value === "number"
      ? become(value)
      : (value ?? 0);

/** Attributes that are dims, and those of bodies, with each extent mapped. */
const mapped = (node: Node, become: ExtentMap): Attributes => {
  const attrs: Attributes = node.attrs;
  const dims = dimAttributes(node.op).map((name) => [name, mapValue(attrs[name], become)] as const);
  const bodies = bodiesIn(node).flatMap(([name, body]) => {
    const rewritten = rewriteBody(body, changeOfExtents(become));
    return rewritten === undefined ? [] : [[name, bodyOf(rewritten)] as const];
  });
  return { ...attrs, ...Object.fromEntries(dims), ...Object.fromEntries(bodies) };
};

/** A window of one element, taken everywhere: what fits any image. */
const plainWindow = (node: Node): readonly Attributes[] =>
  "kernel" in node.attrs ? [{ ...node.attrs, kernel: [1, 1], padding: [0, 0, 0, 0], stride: [1, 1] }] : [];

/** Attributes to try for a node whose operands have other extents, the likeliest first. */
export const fitAttributes = (become: ExtentMap) =>
  function* (node: Node, operands: readonly TensorType[], old: readonly TensorType[]): Generator<Attributes> {
    const still = operands.every(({ shape }, at) => sameShape(shape, old[at]?.shape ?? []));
    const propose = proposals[node.op];
    if (propose !== undefined) {
      const result = knownShape(node.results[0]?.type.shape ?? []);
      const fitting = { operands: shapesOf(operands), old: shapesOf(old), result, become };
      // The row of an op takes that op's attributes, which the union cannot express.
      yield* (propose as Proposals<OpKind>)(node.attrs as never, fitting) as readonly Attributes[];
    }
    if (still && node.operands.length > 0) yield node.attrs;
    yield mapped(node, become);
    yield node.attrs;
    yield* plainWindow(node);
  };

/** The change that maps all extents, in leaves and wherever attributes speak of them. */
export const changeOfExtents = (become: ExtentMap) => ({
  leafType: ({ dtype, shape }: { readonly dtype: TensorType["dtype"]; readonly shape: readonly number[] }) => ({
    dtype,
    shape: shape.map(become),
  }),
  attributes: fitAttributes(become),
});
