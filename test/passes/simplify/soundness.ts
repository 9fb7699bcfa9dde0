// Every rule alone, on random instances of its own pattern: it fires on each, is sound on random numbers (with NaN, infinities, zeros
// of both signs and subnormals among them where it is exact), comes to rest, and makes nothing more costly.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import type { Trace } from "../../../src/ir/graph/trace.ts";
import type { DType } from "../../../src/ir/types/dtype.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { rewrite, rewritePass } from "../../../src/passes/rewrite.ts";
import type { RuleSet } from "../../../src/passes/rules.ts";
import {
  type GraphCase,
  passIsUseful,
  ruleSound,
  type Usefulness,
  type ValueProfile,
} from "../../../src/testing/index.ts";
import { feedsFor, graphOf } from "../support.ts";

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

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 });

/** Instances of a pattern with values to run them on: those that are NaN or infinite for rules that are exact. */
const casesOf = (instances: readonly Instance[], { numerics }: RuleSet): fc.Arbitrary<GraphCase> => {
  const profiles: readonly ValueProfile[] = numerics === "exact" ? ["special", "normal", "whole"] : ["normal", "whole"];
  return fc
    .record({
      instance: fc.constantFrom(...instances),
      shape: shapes,
      pick: fc.nat(),
      seed: fc.nat(),
      profile: fc.constantFrom(...profiles),
    })
    .map(({ instance, shape, pick, seed, profile }) => {
      const graph = instanceGraph(instance, instance.dtypes[pick % instance.dtypes.length] ?? "f32", shape);
      return { graph, feeds: feedsFor(graph, seed, profile), parameters: {} };
    });
};

const smallest = ([instance]: readonly Instance[]): Graph =>
  instance === undefined ? graphOf(() => ({})) : instanceGraph(instance, instance.dtypes[0] ?? "f32", [2]);

/** Tests a rule set; `instances` has at least one for each rule, by the rule's own name. Rules that are said to may cost more. */
export const testRules = (
  set: RuleSet,
  instances: Readonly<Record<string, readonly Instance[]>>,
  mayRaise: Readonly<Record<string, Usefulness["mayRaise"]>> = {},
): void => {
  describe(`rules ${set.group}`, () => {
    const names = set.rules.map(({ name }) => name.slice(set.group.length + 1));
    test("each has an instance", () => expect(Object.keys(instances).sort()).toEqual([...names].sort()));
    test.each(set.rules.map((rule) => [rule.name, rule] as const))("%s", async (_, rule) => {
      const name = rule.name.slice(set.group.length + 1);
      const own = instances[name] ?? [];
      const alone = rewritePass(rule.name, "", [{ ...set, rules: [rule] }]);
      const sound = ruleSound(rule);
      const useful = passIsUseful(alone, { [rule.name]: smallest(own) }, { mayRaise: mayRaise[name] ?? [] });
      const check = fc.asyncProperty(casesOf(own, set), async (drawn) => {
        expect(alone.run(drawn.graph), "a graph that the rule applies to").not.toBe(drawn.graph);
        expect(await sound.check(drawn)).toBeUndefined();
        expect(await useful.check(drawn)).toBeUndefined();
      });
      await fc.assert(check, { numRuns: 80 });
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
