// Memory of the networks in the zoo: the arena is at most a tenth more than what is in use at once, and the plan is sound.
import { describe, expect, test } from "vitest";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import { preparationOf } from "../../../src/ir/loop/kernel.ts";
import { verifyPlanned } from "../../../src/ir/loop/verify.ts";
import { livenessBound } from "../../../src/passes/planning/liveness-bound.ts";
import { modelZoo } from "../../support/model-zoo.ts";

describe("the arena is at most a tenth more than what is in use at once", () => {
  test.each(modelZoo.map((model) => [model.name, model] as const))(
    "%s",
    (_, { graph, dims }) => {
      const { program } = planGraph(graph(), { dims, verify: "never" });
      expect(verifyPlanned(program).violations).toEqual([]);
      const bounds = [...program.entries, preparationOf(program)].map((entry) => livenessBound(program, entry));
      expect(program.memory.arenaBytes).toBeGreaterThanOrEqual(Math.max(...bounds));
      expect(program.memory.arenaBytes).toBeLessThanOrEqual(1.1 * Math.max(...bounds));
    },
    120_000,
  );
});
