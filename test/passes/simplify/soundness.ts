// Every rule alone: it fires on its minimal graph, comes to rest, and gives the same bits on random numbers, with NaN,
// infinities, zeros of both signs and subnormals among them.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import type { Trace } from "../../../src/ir/graph/trace.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { rewrite } from "../../../src/passes/rewrite.ts";
import type { RuleSet } from "../../../src/passes/rules.ts";
import { allBits, feedsFor, graphOf, run } from "../support.ts";

/** A random instance of a rule's pattern. */
export interface Instance {
  readonly dtypes: readonly DType[];
  readonly build: (trace: Trace, inputs: { readonly x: Tensor; readonly y: Tensor }, dtype: DType) => Tensor;
  /** The shape of x and y; random where absent. */
  readonly shape?: readonly number[];
}

const instanceGraph = ({ build, shape }: Instance, dtype: DType, randomShape: readonly number[]): Graph =>
  graphOf((trace) => {
    const type = { dtype, shape: shape ?? randomShape };
    return { result: build(trace, { x: trace.input("x", type), y: trace.input("y", type) }, dtype) };
  });

const profiles = ["special", "normal", "whole"] as const;
const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 });

/** Tests a rule set; `instances` has at least one for each rule, by the rule's own name. */
export const testRules = (set: RuleSet, instances: Readonly<Record<string, readonly Instance[]>>): void => {
  describe(`rules ${set.group}`, () => {
    const names = set.rules.map(({ name }) => name.slice(set.group.length + 1));
    test("each has an instance", () => expect(Object.keys(instances).sort()).toEqual([...names].sort()));
    test.each(set.rules.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
      const alone: RuleSet = { ...set, rules: [rule] };
      const own = instances[rule.name.slice(set.group.length + 1)] ?? [];
      const cases = fc.record({
        instance: fc.constantFrom(...own),
        shape: shapes,
        pick: fc.nat(),
        seed: fc.nat(),
        profile: fc.constantFrom(...profiles),
      });
      const check = fc.property(cases, ({ instance, shape, pick, seed, profile }) => {
        const dtype = instance.dtypes[pick % instance.dtypes.length] ?? "f32";
        const graph = instanceGraph(instance, dtype, shape);
        const { graph: rewritten, fired } = rewrite(graph, [alone]);
        expect(fired.get(rule.name)).toBeGreaterThan(0);
        expect(rewrite(rewritten, [alone]).graph).toBe(rewritten);
        const feeds = feedsFor(graph, seed, profile);
        const [before, after] = [run(graph, feeds), run(rewritten, feeds)];
        expect(allBits(after.outputs)).toEqual(allBits(before.outputs));
      });
      fc.assert(check, { numRuns: 150 });
    });
  });
};

/** Graphs that a rule set must leave alone. */
export const testStillness = (sets: readonly RuleSet[], instances: Readonly<Record<string, Instance>>): void => {
  test.each(Object.entries(instances))("%s stays", (_, instance) => {
    for (const dtype of instance.dtypes) {
      const graph = instanceGraph(instance, dtype, [2, 3]);
      expect(rewrite(graph, sets).graph).toBe(graph);
    }
  });
};
