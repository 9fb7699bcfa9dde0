// Changing a graph. A recipe collects an overlay (new nodes, values that replace others, nodes to remove) while the base
// stays as it is; then everything is committed in one immer transaction, which gives the new graph and the patches that
// say what changed. Frozen nodes are put into the draft whole: editing fields through drafts was measured 7 to 19 times
// slower, and a transaction for each rewrite costs a copy of the table each time.
import { enableMapSet, enablePatches, type Patch, produceWithPatches } from "immer";
import { invariant } from "../diagnostics/invariant.ts";
import type { Location } from "../diagnostics/location.ts";
import type { Attributes } from "../ops/attributes.ts";
import { type OpKind, opOf } from "../ops/index.ts";
import type { DataArray, DType } from "../types/dtype.ts";
import { sameType, type TensorType, tensorType } from "../types/tensor-type.ts";
import { definitionOf, definitions, freeIds, resultType, topologicalOrder, users } from "./analysis.ts";
import { constantId, sameContents } from "./constant-id.ts";
import type { ConstantData, ConstantId, Entry, Graph, NamedValue, Node, NodeId, Value, ValueId } from "./graph.ts";

enableMapSet();
enablePatches();

/** What a recipe may do. Values are named by id; replacements made so far are followed everywhere. */
export interface Editor {
  readonly base: Graph;
  /** The value that stands for this one by now. */
  readonly resolve: (value: ValueId) => ValueId;
  /** The node that defines what stands for this value by now; its operands are to be resolved in turn. */
  readonly definition: (value: ValueId) => Node;
  readonly typeOf: (value: ValueId) => TensorType;
  /** Adds a node; typed by the op's own rule. It survives only if something comes to use it. */
  readonly emit: (
    op: OpKind,
    operands: readonly ValueId[],
    attrs: Attributes,
    location?: Location,
  ) => readonly ValueId[];
  /** Keeps the contents of a dense constant and gives its address. */
  readonly intern: (dtype: DType, data: DataArray) => ConstantId;
  /** Lets `by` stand for `old`, of the same type, in every operand and every entry. */
  readonly replace: (old: ValueId, by: ValueId) => void;
  /** Removes a node that nothing uses. */
  readonly remove: (node: NodeId) => void;
  /** Removes the contents of a dense constant that no node names. */
  readonly forget: (constant: ConstantId) => void;
  readonly setEntries: (entries: readonly Entry[]) => void;
}

/** A graph and how it came from the one before. Patches speak of contents; the order of nodes is always topological. */
export interface Edited {
  readonly graph: Graph;
  readonly patches: readonly Patch[];
  /** For each value that another stands for now the one that was put in its place, which may have been replaced in turn. */
  readonly replaced: ReadonlyMap<ValueId, ValueId>;
}

interface Overlay {
  readonly born: Map<NodeId, Node>;
  readonly defining: Map<ValueId, Node>;
  readonly replaced: Map<ValueId, ValueId>;
  readonly removed: Set<NodeId>;
  readonly interned: Map<ConstantId, ConstantData>;
  readonly forgotten: Set<ConstantId>;
  entries: readonly Entry[];
}

/** The part of a graph that a transaction may touch, as a draft. */
interface GraphDraft {
  nodes: Map<NodeId, Node>;
  constants: Map<ConstantId, ConstantData>;
  entries: readonly Entry[];
}

const deepFreeze = (attrs: Attributes): Attributes => {
  for (const value of Object.values(attrs)) if (typeof value === "object") Object.freeze(value);
  return Object.freeze(attrs);
};

/** Follows replacements, and shortens the way for the next time. */
const follow = (replaced: Map<ValueId, ValueId>, value: ValueId): ValueId => {
  let last = value;
  for (let next = replaced.get(last); next !== undefined; next = replaced.get(last)) last = next;
  if (last !== value) replaced.set(value, last);
  return last;
};

const editorOver = (base: Graph, overlay: Overlay): Editor => {
  let { node: nextNode, value: nextValue } = freeIds(base);
  const defining = definitions(base);
  const resolve = (value: ValueId): ValueId => follow(overlay.replaced, value);
  const definition = (value: ValueId): Node => {
    const resolved = resolve(value);
    return overlay.defining.get(resolved) ?? defining.get(resolved) ?? definitionOf(base, resolved);
  };
  const typeOf = (value: ValueId): TensorType => resultType(definition(value), resolve(value));
  return {
    base,
    resolve,
    definition,
    typeOf,
    emit: (op, operands, attrs, location) => {
      const resolved = operands.map(resolve);
      const types = opOf(op).infer(resolved.map(typeOf), attrs);
      const results = types.map((type): Value => {
        const value = Object.freeze({ id: nextValue, type: tensorType(type.dtype, type.shape) });
        // The next number of the same brand.
        nextValue = (nextValue + 1) as ValueId;
        return value;
      });
      // The attributes were accepted by this very op's typing rule, which the union type cannot express.
      const node = Object.freeze({
        id: nextNode,
        op,
        operands: Object.freeze(resolved),
        attrs: deepFreeze({ ...attrs }),
        results: Object.freeze(results),
        ...(location === undefined ? {} : { location }),
      }) as Node;
      nextNode = (nextNode + 1) as NodeId;
      overlay.born.set(node.id, node);
      for (const { id } of results) overlay.defining.set(id, node);
      return results.map(({ id }) => id);
    },
    intern: (dtype, data) => {
      for (let salt = 0; ; salt++) {
        const id = constantId(dtype, data, salt) as ConstantId;
        const existing = base.constants.get(id) ?? overlay.interned.get(id);
        if (existing === undefined) overlay.interned.set(id, Object.freeze({ dtype, data }));
        if (existing === undefined || sameContents(existing.data, data)) return id;
      }
    },
    replace: (old, by) => {
      const [from, to] = [resolve(old), resolve(by)];
      if (from === to) return;
      invariant(sameType(typeOf(from), typeOf(to)), `%${to} may replace %${from}: both have one type`);
      overlay.replaced.set(from, to);
    },
    remove: (node) => void overlay.removed.add(node),
    forget: (constant) => void overlay.forgotten.add(constant),
    setEntries: (entries) => {
      overlay.entries = entries;
    },
  };
};

/** The same list where resolving changes nothing. */
const resolvedList = (values: readonly ValueId[], resolve: Editor["resolve"]): readonly ValueId[] =>
  values.some((value) => resolve(value) !== value) ? Object.freeze(values.map(resolve)) : values;

const resolvedNames = (list: readonly NamedValue[], resolve: Editor["resolve"]): readonly NamedValue[] =>
  list.some(({ value }) => resolve(value) !== value)
    ? Object.freeze(list.map(({ name, value }) => Object.freeze({ name, value: resolve(value) })))
    : list;

const resolvedEntries = (entries: readonly Entry[], resolve: Editor["resolve"]): readonly Entry[] => {
  const updated = entries.map((entry): Entry => {
    const outputs = resolvedNames(entry.outputs, resolve);
    const updates = resolvedNames(entry.updates, resolve);
    return outputs === entry.outputs && updates === entry.updates
      ? entry
      : Object.freeze({ name: entry.name, outputs, updates });
  });
  return updated.every((entry, position) => entry === entries[position]) ? entries : Object.freeze(updated);
};

const isLeafOfSignature = (node: Node): boolean => node.op === "input" || node.op === "parameter";

/**
 * The nodes after the edit: operands resolved, removed ones gone, and gone as well what nothing uses any more because
 * of this edit. What was unused before the edit stays: that is for `dce`.
 */
const survivors = (
  base: Graph,
  { born, replaced, removed }: Overlay,
  entries: readonly Entry[],
  resolve: Editor["resolve"],
): Map<NodeId, Node> => {
  const kept = new Map<NodeId, Node>();
  const defining = new Map<ValueId, Node>();
  for (const node of [...base.nodes.values(), ...born.values()]) {
    if (removed.has(node.id)) continue;
    const operands = resolvedList(node.operands, resolve);
    const current = operands === node.operands ? node : Object.freeze({ ...node, operands });
    kept.set(node.id, current);
    for (const { id } of node.results) defining.set(id, current);
  }
  const uses = new Map<ValueId, number>();
  const use = (value: ValueId, by: number): void => void uses.set(value, (uses.get(value) ?? 0) + by);
  for (const node of kept.values()) for (const operand of node.operands) use(operand, 1);
  for (const { outputs, updates } of entries) for (const { value } of [...outputs, ...updates]) use(value, 1);

  const isUnused = (node: Node): boolean => node.results.every(({ id }) => (uses.get(id) ?? 0) === 0);
  const wasUsed = (node: Node): boolean =>
    born.has(node.id) || node.results.some(({ id }) => replaced.has(id) || users(base).has(id));
  const orphans = [...kept.values()].filter((node) => isUnused(node) && wasUsed(node));
  for (let node = orphans.pop(); node !== undefined; node = orphans.pop()) {
    if (isLeafOfSignature(node) || !kept.delete(node.id)) continue;
    for (const operand of node.operands) {
      use(operand, -1);
      const source = defining.get(operand);
      if (source !== undefined && isUnused(source)) orphans.push(source);
    }
  }
  return kept;
};

/** Puts the nodes into the draft so that its map lists them in the order given, touching as few as possible. */
const commitNodes = (draft: Map<NodeId, Node>, base: Graph, sorted: readonly Node[]): void => {
  const staying = new Set(sorted.map(({ id }) => id));
  for (const id of base.nodes.keys()) if (!staying.has(id)) draft.delete(id);
  const before = [...base.nodes.keys()].filter((id) => staying.has(id));
  const moved = sorted.findIndex(({ id }, position) => before[position] !== id);
  sorted.forEach((node, position) => {
    // A key that is set again keeps its old place; one that is deleted first goes to the end.
    const isMoved = moved >= 0 && position >= moved;
    if (isMoved) draft.delete(node.id);
    if (isMoved || base.nodes.get(node.id) !== node) draft.set(node.id, node);
  });
};

const sortSurvivors = (kept: ReadonlyMap<NodeId, Node>): readonly Node[] => {
  const defining = new Map<ValueId, Node>();
  for (const node of kept.values()) for (const { id } of node.results) defining.set(id, node);
  return topologicalOrder(kept.values(), (value) => {
    const node = defining.get(value);
    invariant(node !== undefined, `%${value} is still defined after the edit`);
    return node;
  });
};

// A node names its constant as plain text, for the ops do not know the graph's brands.
const namedConstants = (nodes: Iterable<Node>): ReadonlySet<ConstantId> =>
  new Set([...nodes].flatMap((node) => (node.op === "data" ? [node.attrs.id as ConstantId] : [])));

/** Runs a recipe over a graph and commits what it did. The same graph comes back where nothing changed. */
export const edit = (base: Graph, recipe: (editor: Editor) => void): Edited => {
  const overlay: Overlay = {
    born: new Map(),
    defining: new Map(),
    replaced: new Map(),
    removed: new Set(),
    interned: new Map(),
    forgotten: new Set(),
    entries: base.entries,
  };
  const editor = editorOver(base, overlay);
  recipe(editor);
  const isStill =
    overlay.replaced.size === 0 &&
    overlay.removed.size === 0 &&
    overlay.forgotten.size === 0 &&
    overlay.entries === base.entries;
  if (isStill) return { graph: base, patches: [], replaced: overlay.replaced };

  const entries = resolvedEntries(overlay.entries, editor.resolve);
  const kept = survivors(base, overlay, entries, editor.resolve);
  const sorted = sortSurvivors(kept);
  const named = namedConstants(sorted);
  const orphaned = [...namedConstants(base.nodes.values())].filter((id) => !named.has(id));
  const [graph, patches] = produceWithPatches<Graph, GraphDraft>(base, (draft) => {
    commitNodes(draft.nodes, base, sorted);
    for (const [id, contents] of overlay.interned) if (named.has(id)) draft.constants.set(id, contents);
    for (const id of [...orphaned, ...overlay.forgotten]) draft.constants.delete(id);
    draft.entries = entries;
  });
  return { graph, patches, replaced: overlay.replaced };
};
