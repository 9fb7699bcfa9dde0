// Every rule alone: it fires on its minimal graph, comes to rest, and gives the same bits on random numbers, with NaN,
// infinities, zeros of both signs and subnormals among them; a rule that is not exact gives the same real numbers where all
// are moderate, as far as double precision tells.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
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

/** Both graphs give the same: bits, or what double precision tells apart from the same. */
const expectSame = (before: Graph, after: Graph, feeds: ReturnType<typeof feedsFor>, isExact: boolean): void => {
  if (isExact) expect(allBits(run(after, feeds).outputs)).toEqual(allBits(run(before, feeds).outputs));
  else {
    const [wanted, given] = [before, after].map((graph) => evaluateEntry(graph, "main", feeds, {}).outputs["result"]);
    expect(given?.shape).toEqual(wanted?.shape);
    wanted?.data.forEach((value, at) => {
      const found = given?.data[at] ?? Number.NaN;
      const near = Math.abs(found - value) <= 1e-12 * Math.max(1, Math.abs(value));
      expect(near || Object.is(found, value), `${found} is ${value}`).toBe(true);
    });
  }
};
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
        profile: fc.constantFrom(...(set.numerics === "exact" ? profiles : (["normal", "whole"] as const))),
      });
      const check = fc.property(cases, ({ instance, shape, pick, seed, profile }) => {
        const dtype = instance.dtypes[pick % instance.dtypes.length] ?? "f32";
        const graph = instanceGraph(instance, dtype, shape);
        const { graph: rewritten, fired } = rewrite(graph, [alone]);
        expect(fired.get(rule.name)).toBeGreaterThan(0);
        expect(rewrite(rewritten, [alone]).graph).toBe(rewritten);
        const feeds = feedsFor(graph, seed, profile);
        expectSame(graph, rewritten, feeds, set.numerics === "exact");
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
