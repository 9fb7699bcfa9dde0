// Attention written by hand, found from its second product back: weights x values, softmax over the keys (in the forms that
// softmax-forms.ts leaves), whatever makes scores of products one by one, and the product of queries and keys. Which axis is
// which is found on the way; where a reshape splits one, matching starts again with it split, so that scores get the finest
// shape that any value on the way has.

import { definitionOf } from "../../ir/graph/analysis.ts";
import { bodyOf } from "../../ir/graph/body.ts";
import type { Graph, Node, ValueId } from "../../ir/graph/graph.ts";
import { type View, view } from "../../ir/graph/view.ts";
import { isKnown } from "../../ir/types/dim.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import { tensorType } from "../../ir/types/tensor-type.ts";
import type { Arranged, Keeping, RecognisedAttention } from "./attention-op.ts";
import {
  type Atom,
  type Axes,
  axesOf,
  before,
  extentOf,
  type Found,
  isSplit,
  movementsTo,
  type Placed,
  peeled,
  type Split,
  type Splits,
} from "./axes.ts";
import { simplifiedBody } from "./mask-rules.ts";
import {
  type FoundProduct,
  innerExtent,
  isElementwise,
  isMovement,
  type Operands,
  operandsOf,
  type Product,
  productOf,
} from "./match-product.ts";
import { type Weights, weightsOf } from "./match-weights.ts";
import { isOnlyFor } from "./other-uses.ts";
import { type ScoreSpace, shapeOf, writeBody } from "./score-body.ts";

/** How often an axis may be split: more than any network that is written by people does. */
const mostSplits = 16;

const hasAtom = (axes: Axes, { name }: Atom): boolean => axes.flat().some((atom) => atom.name === name);

/**
 * An operand before it was moved, so that it is not moved twice. Where it was repeated for the heads of a group, a reshape
 * behind that splits the heads, and the repetition is taken back; no other axis is split for an operand's sake.
 */
const unmoved = (placed: Placed, isHead: (atom: string) => boolean): Found<Placed> => {
  const source = peeled(placed);
  const from = before(source);
  const [operand] = source.view.args;
  const wasRepeated = source.view.op === "reshape" && operand?.op === "broadcast";
  return isSplit(from) && wasRepeated && isHead(from.atom) ? from : source;
};

/** An operand brought to axes, of which those from `wholeFrom` on must be there in full. */
const arranged = ({ view, axes }: Placed, to: Axes, wholeFrom: number): Arranged => ({
  value: view.id,
  movements: movementsTo({ shape: view.type.shape, axes }, to, wholeFrom),
});

/** The longest of some axes: one of unknown extent, or else the last of the largest. */
const longest = (atoms: readonly Atom[]): Atom | undefined =>
  atoms.reduce<Atom | undefined>((best, atom) => {
    if (best === undefined || !isKnown(atom.extent)) return atom;
    return isKnown(best.extent) && atom.extent >= best.extent ? atom : best;
  }, undefined);

/** Queries, keys and values before they were moved, and which axis the queries are. */
interface Parts {
  readonly queries: Placed;
  readonly keys: Placed;
  readonly values: Placed;
  readonly queryAtom: Atom | undefined;
}

/** The operands of both products by their roles. */
const partsOf = (ofScores: Operands, isRight: boolean, values: Placed, batch: Axes): Found<Parts> => {
  const isHead = (name: string): boolean => batch.flat().some((atom) => atom.name === name);
  const [asked, answering] = isRight ? [ofScores.left, ofScores.right] : [ofScores.right, ofScores.left];
  const found: Placed[] = [];
  for (const operand of [asked, answering, values]) {
    const source = unmoved(operand, isHead);
    if (source === undefined || isSplit(source)) return source;
    found.push(source);
  }
  const [queries, keys, value] = found;
  if (queries === undefined || keys === undefined || value === undefined) return undefined;
  const own = batch.flat().filter((atom) => hasAtom(queries.axes, atom) && !hasAtom(keys.axes, atom));
  const queryAtom = longest(own.filter((atom) => !hasAtom(value.axes, atom)));
  return { queries, keys, values: value, queryAtom };
};

/** Both products with what stands between them, and where all of it stands. */
interface Matched {
  /** The axes of the second product, and which of them are the features of the values. */
  readonly axes: Axes;
  readonly features: readonly Atom[];
  /** One axis for each atom of the batch and of the rows of weights, queries among them. */
  readonly outer: Axes;
  readonly keyAtom: Atom;
  readonly weights: Weights;
  readonly found: FoundProduct;
  readonly parts: Parts;
  /** The features of queries and keys; absent where there is one. */
  readonly depth: readonly Atom[];
}

const eachApart = (axes: Axes): Axes =>
  axes.flatMap((atoms) => (atoms.length === 0 ? [[]] : atoms.map((atom) => [atom])));

/** Follows a product back, the weights being on one of its sides. */
const matchOn = (side: "left" | "right", product: Product, splits: Splits): Found<Matched> => {
  const axes = axesOf(product.type.shape, splits);
  const [rows = [], columns = []] = axes.slice(-2);
  const keyAtom: Atom = { name: "keys", extent: innerExtent(product) };
  const second = operandsOf(product, axes, keyAtom);
  if (second === undefined || keyAtom.extent === 1 || keyAtom.extent === 0) return undefined;
  const isLeft = side === "left";
  const weights = weightsOf(isLeft ? second.left : second.right, keyAtom);
  if (weights === undefined || isSplit(weights)) return weights;
  const found = productOf(weights.scores, keyAtom);
  if (found === undefined || isSplit(found)) return found;
  const inner: Atom = { name: "features", extent: innerExtent(found.product) };
  const first = operandsOf(found.product, found.axes, inner);
  if (first === undefined) return undefined;
  const outer = eachApart([...axes.slice(0, -2), isLeft ? rows : columns]);
  const keysAreRight = (found.axes.at(-1) ?? []).some(({ name }) => name === keyAtom.name);
  const parts = partsOf(first, keysAreRight, isLeft ? second.right : second.left, outer);
  if (parts === undefined || isSplit(parts)) return parts;
  const depth = inner.extent === 1 ? [] : [inner];
  return { axes, features: isLeft ? columns : rows, outer, keyAtom, weights, found, parts, depth };
};

/** Whether a value is made of random bits, element by element, which would have to be drawn once more for each reader. */
const isDrawn = (view: View): boolean =>
  view.op === "randomBits" || ((isElementwise(view) || isMovement(view)) && view.args.some(isDrawn));

/**
 * What keeps some of the weights, at the axes of the scores; all of them if there are several. Not what is made of scores itself, for
 * they are not there, nor random bits: to draw them twice takes longer than attention.
 */
const keepingOf = ({ weights: { factors }, found }: Matched, scoreAxes: Axes): readonly Keeping[] => {
  const masks = factors.filter(
    ({ by, given }) => (by === "where" || by === "unless") && !found.depends(given.view) && !isDrawn(given.view),
  );
  return masks.map(({ by, given, at }) => ({
    condition: arranged(peeled(given), scoreAxes, masks.length === 1 ? scoreAxes.length : 0),
    negated: by === "unless",
    weights: at,
  }));
};

/** What was matched as an op: its body, and its operands in the order of axes that it takes. */
const attentionOf = (graph: Graph, product: Product, matched: Matched): Found<RecognisedAttention> => {
  const { axes, features, outer, keyAtom, weights, found, parts, depth } = matched;
  const { queryAtom } = parts;
  const batch = outer.filter(([atom]) => queryAtom === undefined || atom?.name !== queryAtom.name);
  const front: Axes = [...batch, queryAtom === undefined ? [] : [queryAtom]];
  const scoreAxes: Axes = [...front, [keyAtom]];
  const type = tensorType(found.product.type.dtype, shapeOf(scoreAxes));
  const space: ScoreSpace = { graph, axes: scoreAxes, type, queries: queryAtom, keys: keyAtom, found };
  const written = writeBody(space, weights);
  if (written === undefined || isSplit(written)) return written;
  const given = { shape: [...shapeOf(front), extentOf(features)], axes: [...front, features] };
  return {
    keeping: keepingOf(matched, scoreAxes),
    type: tensorType(product.type.dtype, given.shape),
    result: { value: product.id, movements: movementsTo(given, axes) },
    queries: arranged(parts.queries, [...front, depth], 0),
    // Heads may share keys and values, but each key has all its features.
    keys: arranged(parts.keys, [...batch, [keyAtom], depth], batch.length),
    values: arranged(parts.values, [...batch, [keyAtom], features], batch.length),
    captured: written.captured,
    products: found.product.id,
    body: bodyOf(simplifiedBody(written.graph)),
    location: definitionOf(graph, product.id).location,
  };
};

const onSide = (graph: Graph, product: Product, side: "left" | "right", splits: Splits): Found<RecognisedAttention> => {
  const matched = matchOn(side, product, splits);
  return matched === undefined || isSplit(matched) ? matched : attentionOf(graph, product, matched);
};

/** What stands on one side, with axes split as far as it takes. */
const afterSplits = (graph: Graph, product: Product, side: "left" | "right"): RecognisedAttention | undefined => {
  const splits = new Map<string, Split["extents"]>();
  for (let round = 0; round < mostSplits; round++) {
    const found = onSide(graph, product, side, splits);
    if (!isSplit(found)) return found;
    // Keys and features are one axis, or nothing that is looked for here.
    if (["keys", "features"].includes(found.atom)) return undefined;
    splits.set(found.atom, found.extents);
  }
  return undefined;
};

/** Whether all have the element type of the result, and lengths are such that there is something to attend to. */
const isPlain = (graph: Graph, product: Product, { queries, keys, values }: RecognisedAttention): boolean => {
  const { dtype } = product.type;
  const types = [queries, keys, values].map(
    ({ value }) => definitionOf(graph, value).results.find(({ id }) => id === value)?.type,
  );
  return isFloat(dtype) && types.every((type) => type?.dtype === dtype && !type.shape.includes(0));
};

/** Attention whose second product a node is; undefined where it is something else, or its scores are needed by others too. */
export const recogniseAttention = (graph: Graph, node: Node): RecognisedAttention | undefined => {
  const [result] = node.results;
  const seen: View | undefined =
    result === undefined
      ? undefined
      : view({ resolve: (value: ValueId) => value, definition: (value) => definitionOf(graph, value) }, result.id);
  if (seen?.op !== "matmul") return undefined;
  for (const side of ["left", "right"] as const) {
    const found = afterSplits(graph, seen, side);
    if (found !== undefined && isPlain(graph, seen, found) && isOnlyFor(graph, found)) return found;
  }
  return undefined;
};
