// Many pieces are joined by joining those of a few pieces each: a kernel that chooses among all of them at every element would
// take time quadratic in their number. A piece is then copied once for each level, of which there are few. So are pieces that were
// joined one by one, which would copy the first of them as often as there are pieces.
import { order, results, users } from "../ir/graph/analysis.ts";
import { type Edited, edit } from "../ir/graph/edit.ts";
import type { Graph, Node, ValueId } from "../ir/graph/graph.ts";
import type { Pass } from "./pass.ts";
import { mostPieces } from "./simplify/movement.ts";

/** Of more pieces than a kernel joins, so many at a time: as many as a loop is split into. */
const atOnce = 6;

/** Neighbours, in lists of at most `atOnce` and of one length or nearly so. */
const neighbours = (pieces: readonly ValueId[]): readonly (readonly ValueId[])[] => {
  const count = Math.ceil(pieces.length / atOnce);
  const startOf = (list: number): number => Math.floor((list * pieces.length) / count);
  return Array.from({ length: count }, (_, list) => pieces.slice(startOf(list), startOf(list + 1)));
};

/** How many concats are then within one another. */
const levelsOf = (pieces: number): number => (pieces <= atOnce ? 1 : 1 + levelsOf(Math.ceil(pieces / atOnce)));

/** The concats that nothing reads but one concat of the same axis, once, by what they give. */
const innerConcats = (graph: Graph): ReadonlyMap<ValueId, Node> => {
  const inner = new Map<ValueId, Node>();
  for (const node of order(graph)) {
    const [result] = node.results;
    if (node.op !== "concat" || result === undefined || results(graph).has(result.id)) continue;
    const [reader, ...others] = users(graph).get(result.id) ?? [];
    if (reader?.op !== "concat" || reader.attrs.axis !== node.attrs.axis || others.length > 0) continue;
    if (reader.operands.filter((operand) => operand === result.id).length === 1) inner.set(result.id, node);
  }
  return inner;
};

/** What a concat joins, through all concats within it, and how they are nested. */
interface Nest {
  readonly pieces: readonly ValueId[];
  readonly levels: number;
  /** How many the largest of them joins itself. */
  readonly widest: number;
}

const nestOf = (whole: Node, inner: ReadonlyMap<ValueId, Node>): Nest => {
  const pieces: ValueId[] = [];
  let [levels, widest] = [0, 0];
  const open: { readonly node: Node; readonly level: number; next: number }[] = [{ node: whole, level: 1, next: 0 }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const { node, level } = top;
    const piece = node.operands[top.next++];
    if (piece === undefined) {
      levels = Math.max(levels, level);
      widest = Math.max(widest, node.operands.length);
      open.pop();
      continue;
    }
    const within = inner.get(piece);
    if (within === undefined) pieces.push(piece);
    else open.push({ node: within, level: level + 1, next: 0 });
  }
  return { pieces, levels, widest };
};

const nestedIn = (graph: Graph): Edited =>
  edit(graph, (editor) => {
    const inner = innerConcats(graph);
    for (const node of order(graph)) {
      const { op, attrs, results, location } = node;
      const [result] = results;
      if (op !== "concat" || result === undefined || inner.has(result.id)) continue;
      const { pieces: all, levels, widest } = nestOf(node, inner);
      if (widest <= mostPieces && levels <= levelsOf(all.length)) continue;
      const joined = (pieces: readonly ValueId[]): readonly ValueId[] => editor.emit("concat", pieces, attrs, location);
      let pieces: readonly ValueId[] = all;
      while (pieces.length > atOnce) pieces = neighbours(pieces).flatMap(joined);
      const [whole] = joined(pieces);
      if (whole !== undefined) editor.replace(result.id, whole);
    }
  });

/** Joins many pieces by joining a few at a time. */
export const nestConcats: Pass<Graph, Graph> = {
  name: "nest-concats",
  summary: "Joins many pieces by joining a few at a time.",
  run: (graph, observer) => {
    const { graph: result, patches } = nestedIn(graph);
    observer?.changed(patches);
    return result;
  },
};
