// Rules for the elements of leaves: all of them at once, then parts, then one by one.

import { definitionOf } from "../../ir/graph/analysis.ts";
import type { ValueId } from "../../ir/graph/graph.ts";
import type { NdArray } from "../../ir/types/ndarray.ts";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { simplerNumbers } from "./number-cost.ts";
import { type Change, type Leaf, leafOf } from "./rewrite-case.ts";
import { liveLeaves, type Rule } from "./rule.ts";

/** Up to so many elements are made simpler one by one; of larger tensors whole stretches. */
const fewElements = 64;

const filled = (array: NdArray, element: (position: number) => number): NdArray => ({
  ...array,
  data: array.data.map((_, position) => element(position)),
});

const cap = ({ dtype }: NdArray): number => (dtype === "bool" ? 2 : 10);

/** All elements at once: zeros, ones, counting up, and each as its next simpler numbers. */
function* wholesale(array: NdArray): Generator<NdArray> {
  yield filled(array, () => 0);
  yield filled(array, () => 1);
  yield filled(array, (position) => (position + 1) % cap(array));
  yield { ...array, data: array.data.map((value) => simplerNumbers(array.dtype, value).at(-1) ?? value) };
}

/** Stretches of zeros, the long ones first. */
function* stretches(array: NdArray): Generator<NdArray> {
  const { length } = array.data;
  for (let size = Math.ceil(length / 2); size >= 1 && length / size <= fewElements; size = Math.floor(size / 2))
    for (let from = 0; from < length; from += size)
      yield { ...array, data: array.data.slice().fill(0, from, from + size) };
}

function* oneByOne(array: NdArray): Generator<NdArray> {
  if (array.data.length > fewElements) return;
  for (const [position, value] of array.data.entries())
    for (const simpler of simplerNumbers(array.dtype, value))
      yield { ...array, data: array.data.with(position, simpler) };
}

const elementsWith = (name: string, simpler: (array: NdArray) => Iterable<NdArray>): Rule => ({
  name,
  *changes(drawn) {
    for (const [value, leaf] of leavesWithElements(drawn))
      for (const array of simpler(leaf.array)) yield { leaves: new Map([[value, { ...leaf, array }]]) };
  },
});

const leavesWithElements = (drawn: GraphCase): readonly (readonly [ValueId, Leaf])[] =>
  liveLeaves(drawn.graph).flatMap((value) => {
    const leaf = leafOf(drawn, value);
    return leaf === undefined || leaf.array.data.length === 0 ? [] : [[value, leaf] as const];
  });

/** Makes the number of a constant simpler. */
const constants: Rule = {
  name: "simpler constants",
  *changes({ graph }): Generator<Change> {
    for (const leaf of liveLeaves(graph)) {
      const node = definitionOf(graph, leaf);
      if (node.op !== "constant") continue;
      for (const value of simplerNumbers(node.attrs.dtype, node.attrs.value))
        yield { nodes: new Map([[node.id, { op: node.op, operands: [], attrs: { ...node.attrs, value } }]]) };
    }
  },
};

/** The rules for numbers. */
export const valueRules: readonly Rule[] = [
  elementsWith("simpler values", wholesale),
  elementsWith("zeros", stretches),
  elementsWith("simpler elements", oneByOne),
  constants,
];
