// The body of a recognised attention: what makes scores of products, written anew at the shape of the scores. What depends on
// the products is elementwise there. What does not is captured, unless it would be an array of queries x keys that has to be
// computed first: then what computes it goes inside, down to positions (iota) and values that are smaller, or in memory anyway.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { finishBody } from "../../ir/graph/body.ts";
import { type GraphBuilder, graphBuilder } from "../../ir/graph/builder.ts";
import type { Graph, ValueId } from "../../ir/graph/graph.ts";
import type { View } from "../../ir/graph/view.ts";
import type { Attributes } from "../../ir/ops/attributes.ts";
import { type OpKind, opOf } from "../../ir/ops/index.ts";
import { isKnown } from "../../ir/types/dim.ts";
import { type DType, isFloat } from "../../ir/types/dtype.ts";
import type { Shape, TensorType } from "../../ir/types/tensor-type.ts";
import {
  type Atom,
  type Axes,
  before,
  type Found,
  isSplit,
  movementsTo,
  type Placed,
  peeled,
  samePlace,
} from "./axes.ts";
import { type FoundProduct, isElementwise, isMovement } from "./match-product.ts";
import type { Factor, Weights } from "./match-weights.ts";
import { type Band, bandOf } from "./triangles.ts";

/** Where the scores stand, and the graph that they are of. */
export interface ScoreSpace {
  readonly graph: Graph;
  /** One atom, or none, for each axis of the scores: batch, queries, keys. */
  readonly axes: Axes;
  readonly type: TensorType;
  readonly queries: Atom | undefined;
  readonly keys: Atom;
  readonly found: FoundProduct;
}

/** A body in the making, and the values around it that it captures. */
interface Writing extends ScoreSpace {
  readonly builder: GraphBuilder;
  readonly products: ValueId;
  readonly captured: Map<ValueId, ValueId>;
  /** What has been written already, by the value and where it stands. */
  readonly known: Map<string, ValueId>;
  /** What has been written at its own shape, and what is made of positions alone. */
  readonly own: Map<ValueId, ValueId>;
  readonly ofPositions: Map<string, boolean>;
}

/** The graph of a body, and the values that its inputs behind the products stand for. */
export interface WrittenBody {
  readonly graph: Graph;
  readonly captured: readonly ValueId[];
}

const emit = ({ builder }: Writing, op: OpKind, operands: readonly ValueId[], attrs: Attributes): ValueId => {
  const [made] = builder.emit(op, operands, attrs);
  invariant(made !== undefined, `${op} has a result`);
  return made;
};

const filled = ({ builder, type: { shape } }: Writing, value: number, dtype: DType): ValueId =>
  builder.constant(value, dtype, shape);

const castTo = (writing: Writing, value: ValueId, dtype: DType): ValueId =>
  writing.builder.typeOf(value).dtype === dtype ? value : emit(writing, "cast", [value], { dtype });

/** A value of the body brought from its own shape to that of the scores. */
const spread = (writing: Writing, value: ValueId, axes: Axes): ValueId =>
  movementsTo({ shape: writing.builder.typeOf(value).shape, axes }, writing.axes, 0).reduce(
    (moved, { op, attrs }) => emit(writing, op, [moved], attrs),
    value,
  );

const capture = ({ builder, captured }: Writing, { id, type }: View): ValueId => {
  const input = captured.get(id) ?? builder.input(`captured${captured.size}`, type);
  captured.set(id, input);
  return input;
};

const axisOf = ({ axes }: Writing, atom: Atom): number =>
  axes.findIndex((own) => own.some(({ name }) => name === atom.name));

const iotaAlong = (writing: Writing, atom: Atom, dtype: DType): ValueId =>
  emit(writing, "iota", [], { axis: axisOf(writing, atom), dtype, shape: writing.type.shape });

/** Positions along an axis of a value, at the shape of the scores; undefined for several atoms of unknown extents. */
const positions = (writing: Writing, atoms: readonly Atom[], dtype: DType): ValueId | undefined => {
  const [first, ...inner] = atoms;
  if (first === undefined) return filled(writing, 0, dtype);
  return inner.reduce<ValueId | undefined>(
    (outer, atom) => {
      if (outer === undefined || !isKnown(atom.extent)) return undefined;
      const scaled = emit(writing, "binary", [outer, filled(writing, atom.extent, dtype)], { fn: "mul" });
      return emit(writing, "binary", [scaled, iotaAlong(writing, atom, dtype)], { fn: "add" });
    },
    iotaAlong(writing, first, dtype),
  );
};

/** The axes of a matrix of queries and keys, in the order in which they stand. */
const matrixAxes = ({ queries, keys }: ScoreSpace, axes: Axes): readonly Atom[] | undefined => {
  const atoms = axes.flat();
  const isOne = (name: string | undefined): boolean => atoms.filter((atom) => atom.name === name).length === 1;
  return atoms.length === 2 && isOne(queries?.name) && isOne(keys.name) ? atoms : undefined;
};

/** column - row compared with a bound, as a comparison of positions that are moved by a number. */
const distance = (writing: Writing, [row, column]: readonly [Atom, Atom], fn: "le" | "ge", bound: number): ValueId => {
  const from = iotaAlong(writing, row, "i32");
  const moved = bound === 0 ? from : emit(writing, "binary", [from, filled(writing, bound, "i32")], { fn: "add" });
  return emit(writing, "compare", [iotaAlong(writing, column, "i32"), moved], { fn });
};

const banded = (writing: Writing, atoms: readonly [Atom, Atom], band: Band, dtype: DType): ValueId => {
  const below = distance(writing, atoms, "le", band.most);
  const inside =
    band.least === undefined
      ? below
      : emit(writing, "binary", [distance(writing, atoms, "ge", band.least), below], { fn: "and" });
  const [within, outside] = [filled(writing, band.within, dtype), filled(writing, band.outside, dtype)];
  return emit(writing, "select", [inside, within, outside], {});
};

/** A constant triangle or band, perhaps cut out of a larger one. */
const triangle = (writing: Writing, { view, axes }: Placed): ValueId | undefined => {
  const [operand] = view.args;
  const cut = view.op === "slice" && view.attrs.steps.every((step) => step === 1) ? view.attrs : undefined;
  const data = cut === undefined ? view : operand;
  const atoms = matrixAxes(writing, axes);
  if (data?.op !== "data" || atoms === undefined) return undefined;
  const [row, column] = atoms;
  const rowAxis = axes.findIndex((own) => own.some(({ name }) => name === row?.name));
  const columnAxis = axes.findIndex((own) => own.some(({ name }) => name === column?.name));
  const [rows, columns] = [data.type.shape[rowAxis], data.type.shape[columnAxis]];
  const [rowStart, columnStart] = [cut?.starts[rowAxis] ?? 0, cut?.starts[columnAxis] ?? 0];
  const contents = [...writing.graph.constants].find(([id]) => id === data.attrs.id)?.[1];
  if (row === undefined || column === undefined || rows === undefined || columns === undefined) return undefined;
  if (contents === undefined || !isKnown(rows) || !isKnown(columns)) return undefined;
  if (!isKnown(rowStart) || !isKnown(columnStart)) return undefined;
  const band = bandOf(contents, rows, columns);
  if (band === undefined) return undefined;
  const by = rowStart - columnStart;
  const least = band.least === undefined ? undefined : band.least + by;
  const shifted = { ...band, least, most: band.most + by };
  return banded(writing, [row, column], shifted, data.type.dtype);
};

const isLoopless = (op: OpKind): boolean => {
  const { lower } = opOf(op);
  return lower.by === "alias" || (lower.by === "element" && lower.work !== "loop");
};

const costly: ReadonlySet<string> = new Set(["pow", "rem", "atan2"]);
const cheapOnFloats: ReadonlySet<string> = new Set(["neg", "abs", "floor", "ceil", "round", "sign", "relu"]);

const isCheap = (view: View): boolean =>
  view.op === "unary"
    ? !isFloat(view.type.dtype) || cheapOnFloats.has(view.attrs.fn)
    : view.op !== "binary" || !costly.has(view.attrs.fn);

/** Whether a value is made of positions and numbers alone, by ops that need no loop; with `cheap`, by a few instructions. */
const isOfPositions = (writing: Writing, view: View, cheap: boolean): boolean => {
  if (view.op === "iota" || view.op === "constant") return true;
  const key = `${view.id}:${cheap}`;
  const found =
    writing.ofPositions.get(key) ??
    (isLoopless(view.op) &&
      view.args.length > 0 &&
      (!cheap || isCheap(view)) &&
      view.args.every((arg) => isOfPositions(writing, arg, cheap)));
  writing.ofPositions.set(key, found);
  return found;
};

/** Whether a value has an element for each pair of query and key. */
const isOfPairs = ({ queries, keys }: ScoreSpace, axes: Axes): boolean => {
  const has = (atom: Atom | undefined): boolean => axes.flat().some(({ name }) => name === atom?.name);
  return has(keys) && has(queries);
};

/** A value at its own shape: indices, movements and what is made of positions inside, all else captured. */
const atOwnShape = (writing: Writing, view: View, isRoot: boolean): ValueId => {
  if (view.op === "constant") return writing.builder.constant(view.attrs.value, view.type.dtype, view.type.shape);
  const inside = isRoot || isMovement(view) || !isFloat(view.type.dtype) || isOfPositions(writing, view, false);
  if (!inside || !isLoopless(view.op)) return capture(writing, view);
  const known = writing.own.get(view.id);
  if (known !== undefined) return known;
  const operands = view.args.map((arg) => atOwnShape(writing, arg, false));
  const made = emit(writing, view.op, operands, { ...view.attrs });
  writing.own.set(view.id, made);
  return made;
};

const keyOf = ({ view, axes }: Placed): string =>
  `${view.id}:${axes.map((atoms) => atoms.map(({ name }) => name).join()).join(";")}`;

/** A value that does not depend on the products, at the shape of the scores. */
const given = (writing: Writing, placed: Placed): ValueId => {
  const key = keyOf(placed);
  const value = writing.known.get(key) ?? writtenGiven(writing, placed);
  writing.known.set(key, value);
  return value;
};

const writtenGiven = (writing: Writing, placed: Placed): ValueId => {
  const source = peeled(placed);
  const { view, axes } = source;
  if (view.op === "constant") return filled(writing, view.attrs.value, view.type.dtype);
  const along = view.op === "iota" ? positions(writing, axes[view.attrs.axis] ?? [], view.type.dtype) : undefined;
  const known = along ?? triangle(writing, source);
  if (known !== undefined) return known;
  const ofPairs = isOfPairs(writing, axes);
  if (ofPairs || isOfPositions(writing, view, true)) {
    const [operand] = view.args;
    if (isElementwise(view)) {
      const operands = view.args.map((arg) => given(writing, { view: arg, axes }));
      return emit(writing, view.op, operands, { ...view.attrs });
    }
    if (view.op === "flip" && operand !== undefined) {
      const flipped = view.attrs.axes.flatMap((axis) => (axes[axis] ?? []).map((atom) => axisOf(writing, atom)));
      const inner = given(writing, { view: operand, axes });
      return flipped.length === 0 ? inner : emit(writing, "flip", [inner], { axes: flipped.toSorted((a, b) => a - b) });
    }
    if (isLoopless(view.op)) return spread(writing, atOwnShape(writing, view, true), axes);
  }
  return spread(writing, capture(writing, view), axes);
};

/** A value at the shape of the scores, whatever it depends on. */
const written = (writing: Writing, placed: Placed): Found<ValueId> => {
  const key = keyOf(placed);
  const found = writing.known.get(key) ?? writtenScore(writing, placed);
  if (found !== undefined && !isSplit(found)) writing.known.set(key, found);
  return found;
};

const writtenScore = (writing: Writing, placed: Placed): Found<ValueId> => {
  const { view, axes } = placed;
  const { product, axes: ofProduct, depends } = writing.found;
  if (view.id === product.id)
    return samePlace(placed, { view: product, axes: ofProduct }) ? writing.products : undefined;
  if (!depends(view)) return given(writing, placed);
  if (isMovement(view)) {
    const from = before(placed);
    return from === undefined || isSplit(from) ? from : written(writing, from);
  }
  const operands: ValueId[] = [];
  for (const arg of view.args) {
    const operand = written(writing, { view: arg, axes });
    if (operand === undefined || isSplit(operand)) return operand;
    operands.push(operand);
  }
  return emit(writing, view.op, operands, { ...view.attrs });
};

const factorOf = (writing: Writing, { by, given: value }: Factor, inner: ValueId | undefined): Found<ValueId> => {
  const { dtype } = writing.type;
  const factor = written(writing, value);
  if (factor === undefined || isSplit(factor)) return factor;
  const one = (): ValueId => inner ?? filled(writing, 1, dtype);
  const zero = (): ValueId => filled(writing, 0, dtype);
  switch (by) {
    case "times": {
      const own = castTo(writing, factor, dtype);
      return inner === undefined ? own : emit(writing, "binary", [inner, own], { fn: "mul" });
    }
    case "over":
      return emit(writing, "binary", [one(), castTo(writing, factor, dtype)], { fn: "div" });
    case "where":
      return emit(writing, "select", [factor, one(), zero()], {});
    case "unless":
      return emit(writing, "select", [factor, zero(), one()], {});
  }
};

/** Writes the body that makes scores, and factors of the weights if there are any. */
export const writeBody = (space: ScoreSpace, { scores, factors }: Weights): Found<WrittenBody> => {
  const builder = graphBuilder();
  builder.adopt(space.graph.constants);
  const products = builder.input("products", space.type);
  const writing: Writing = {
    ...space,
    builder,
    products,
    captured: new Map(),
    known: new Map(),
    own: new Map(),
    ofPositions: new Map(),
  };
  const made = written(writing, scores);
  if (made === undefined || isSplit(made)) return made;
  const results = [castTo(writing, made, space.type.dtype)];
  let product: ValueId | undefined;
  for (const factor of factors) {
    const next = factorOf(writing, factor, product);
    if (next === undefined || isSplit(next)) return next;
    product = next;
  }
  if (product !== undefined) results.push(product);
  return { graph: finishBody(builder, results), captured: [...writing.captured.keys()] };
};

/** The shape of the scores. */
export const shapeOf = (axes: Axes): Shape => axes.map(([atom]) => atom?.extent ?? 1);
