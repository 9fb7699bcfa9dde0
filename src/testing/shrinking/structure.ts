// Rules that take nodes away: what is wanted, cuts, bypasses, leaves that become one. The large steps come first, so that a
// graph of hundreds of nodes is down to a handful after a few of them.
import { definitionOf, liveNodes, order, reachable, typeOf, users } from "../../ir/graph/analysis.ts";
import type { Entry, Graph, ValueId } from "../../ir/graph/graph.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import { sameType } from "../../ir/types/tensor-type.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { isLeaf } from "./measure.ts";
import type { Leaf } from "./rewrite-case.ts";
import { computingNodes, depths, liveLeaves, type Rule, wantedValues } from "./rule.ts";
import { valuesOf } from "./values-of.ts";

const entryOf = (graph: Graph, value: ValueId): Entry => ({
  name: graph.entries[0]?.name ?? "main",
  outputs: [{ name: graph.entries[0]?.outputs[0]?.name ?? "y", value }],
  updates: [],
});

/** How many nodes values need. */
const sizeOfCone = (graph: Graph, values: readonly ValueId[]): number =>
  reachable(values, (value) => definitionOf(graph, value)).size;

/** Takes away what no result needs; or, where that is what matters, makes results of it, so that it is no longer dead. */
const deadCode: Rule = {
  name: "dead code",
  *changes({ graph }) {
    yield {};
    const dead = order(graph).filter((node) => !isLeaf(node) && !liveNodes(graph).has(node.id));
    const [first, ...rest] = graph.entries;
    if (dead.length === 0 || first === undefined) return;
    const ends = dead.flatMap(({ results }) => results.filter(({ id }) => !users(graph).has(id)));
    const added = ends.map(({ id }) => ({ name: `dead${id}`, value: id }));
    yield { entries: [{ ...first, outputs: [...first.outputs, ...added] }, ...rest] };
  },
};

/** Makes one value the only result, those first that need the fewest nodes. */
const truncate: Rule = {
  name: "truncate",
  changes: ({ graph }) =>
    computingNodes(graph)
      .flatMap(({ results }) => results.map(({ id }) => ({ id, size: sizeOfCone(graph, [id]) })))
      .sort((left, right) => left.size - right.size)
      .map(({ id }) => ({ entries: [entryOf(graph, id)] })),
};

/** Keeps one entry point, one result; drops what is written into parameters, then results one by one. */
const wantLess: Rule = {
  name: "want less",
  *changes({ graph }) {
    const { entries } = graph;
    if (entries.length > 1) for (const entry of entries) yield { entries: [entry] };
    for (const [at, entry] of entries.entries()) {
      const instead = (changed: Entry) => ({ entries: entries.with(at, changed) });
      if (entry.updates.length > 0 && entry.outputs.length > 0) yield instead({ ...entry, updates: [] });
      if (entry.outputs.length > 1) for (const output of entry.outputs) yield instead({ ...entry, outputs: [output] });
      if (entry.outputs.length + entry.updates.length < 2 && entries.length < 2) continue;
      for (const gone of entry.outputs)
        yield instead({ ...entry, outputs: entry.outputs.filter((output) => output !== gone) });
      for (const gone of entry.updates)
        yield instead({ ...entry, updates: entry.updates.filter((update) => update !== gone) });
      for (const { value } of entry.updates) yield instead({ ...entry, outputs: [{ name: "y", value }], updates: [] });
    }
  },
};

/** Makes a result of what its node is made of: where several results matter, none of them can be made the only one. */
const earlierResult: Rule = {
  name: "earlier result",
  *changes({ graph }) {
    for (const [at, entry] of graph.entries.entries())
      for (const [place, { name, value }] of entry.outputs.entries())
        for (const operand of new Set(definitionOf(graph, value).operands)) {
          const outputs = entry.outputs.with(place, { name, value: operand });
          yield { entries: graph.entries.with(at, { ...entry, outputs }) };
        }
  },
};

const asInput = (array: NdArray): Leaf => ({ form: "input", array });

/** Values and what they are, as new inputs; undefined where one of them is not known. */
const cutAt = (drawn: GraphCase, values: readonly ValueId[]) => {
  const known = valuesOf(drawn);
  const cuts = values.flatMap((value) => {
    const array = known.get(value);
    return array === undefined ? [] : [[value, asInput(array)] as const];
  });
  return { leaves: new Map(cuts) };
};

/** Keeps only the nodes nearest to the results, and feeds the others what was computed. */
const keepLast: Rule = {
  name: "keep the last nodes",
  *changes(drawn) {
    const found = depths(drawn.graph);
    const deepest = Math.max(0, ...found.values());
    for (let depth = 1; depth < deepest; depth = depth < 4 ? depth + 1 : depth * 2)
      yield cutAt(
        drawn,
        [...found.keys()].filter((value) => found.get(value) === depth && !isLeaf(definitionOf(drawn.graph, value))),
      );
  },
};

/** Makes an input of what a node computes, those first that need the most nodes. */
const cut: Rule = {
  name: "cut",
  *changes(drawn) {
    const { graph } = drawn;
    const wanted = new Set(wantedValues(graph));
    const nodes = computingNodes(graph)
      .map((node) => ({ node, size: sizeOfCone(graph, node.operands) }))
      .sort((left, right) => right.size - left.size);
    for (const { node } of nodes) {
      const ids = node.results.map(({ id }) => id);
      if (nodes.length > 1 || !ids.some((id) => wanted.has(id))) yield cutAt(drawn, ids);
    }
  },
};

/** How many operands, and operands of operands, may take the place of a value. */
const forebears = 6;

/** The values of the same type that a value is made of, the nearest first. */
const sameTypedForebears = (graph: Graph, value: ValueId): readonly ValueId[] => {
  const type = typeOf(graph, value);
  const found: ValueId[] = [];
  const seen = new Set<ValueId>([value]);
  for (let level = [value]; level.length > 0 && found.length < forebears; ) {
    level = [...new Set(level.flatMap((each) => definitionOf(graph, each).operands))].filter((each) => !seen.has(each));
    for (const each of level) {
      seen.add(each);
      if (sameType(typeOf(graph, each), type)) found.push(each);
    }
  }
  return found.slice(0, forebears);
};

/** Reads what a node is made of in its place, where that has its type. */
export const bypass: Rule = {
  name: "bypass",
  *changes({ graph }) {
    for (const { results } of computingNodes(graph).toReversed())
      for (const { id } of results)
        for (const forebear of sameTypedForebears(graph, id)) yield { substitutes: new Map([[id, forebear]]) };
  },
};

/** How many other values may take the place of one. */
const others = 6;

/** Reads an earlier value in the place of a later one of its type, those first that need the fewest nodes. */
const share: Rule = {
  name: "share",
  *changes({ graph }) {
    const nodes = order(graph).filter((node) => liveNodes(graph).has(node.id));
    for (const [at, { op, results }] of [...nodes.entries()].toReversed()) {
      if (isLeaf({ op })) continue;
      const earlier = nodes.slice(0, at).flatMap((node) => node.results);
      for (const { id, type } of results)
        for (const other of earlier.filter((each) => sameType(each.type, type)).slice(0, others))
          yield { substitutes: new Map([[id, other.id]]) };
    }
  },
};

/** Reads one leaf in the place of another of its type. */
const merge: Rule = {
  name: "merge",
  *changes({ graph }) {
    const leaves = liveLeaves(graph);
    for (const [at, one] of leaves.entries())
      for (const other of leaves.slice(at + 1))
        if (sameType(typeOf(graph, one), typeOf(graph, other))) {
          yield { substitutes: new Map([[other, one]]) };
          yield { substitutes: new Map([[one, other]]) };
        }
  },
};

/** The rules that take nodes, results and leaves away, in the order in which they are tried. */
export const structuralRules: readonly Rule[] = [
  deadCode,
  truncate,
  wantLess,
  earlierResult,
  keepLast,
  cut,
  bypass,
  share,
  merge,
];
