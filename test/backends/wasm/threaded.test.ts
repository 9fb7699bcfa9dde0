// Programs on real threads: the bits of one thread, again and again, whether or not workers are ready, after they were ended, and where
// memory cannot be shared.
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Instance } from "../../../src/backends/backend.ts";
import { wasmBackend } from "../../../src/backends/wasm/instantiate.ts";
import { threadedBackend } from "../../../src/backends/wasm/threaded.ts";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import { invariant } from "../../../src/ir/diagnostics/invariant.ts";
import type { PlannedProgram } from "../../../src/ir/loop/kernel.ts";
import { planBuffers } from "../../../src/passes/plan-buffers.ts";
import { shareWork } from "../../../src/passes/threads/share-work.ts";
import { type GraphCase, graphs } from "../../../src/testing/arbitraries/graph.ts";
import { feedsOf } from "../../../src/testing/case-arrays.ts";
import { firstDifference, type Outcome, poison, runInstance } from "../../../src/testing/run-everywhere.ts";

const shared = (program: PlannedProgram, threads: number): PlannedProgram =>
  planBuffers.run(shareWork({ threads, least: { kernel: 0, entry: 0 } }).run(program));

const outcome = (program: PlannedProgram, instance: Instance, drawn: GraphCase): Outcome => {
  poison(program, instance);
  return runInstance(program, "wasm", instance, "main", feedsOf(drawn));
};

/** A graph with something to share. */
const withShares = (threads: number): { readonly drawn: GraphCase; readonly program: PlannedProgram } => {
  const found = fc
    .sample(graphs({ maxSteps: 6 }), { numRuns: 60, seed: 7 })
    .map((drawn) => ({ drawn, program: shared(planGraph(drawn.graph).program, threads) }))
    .find(({ program }) => program.sharing?.worthwhile.includes(true) === true);
  invariant(found !== undefined, "some graph has something to share");
  return found;
};

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("several threads", () => {
  test("random graphs give the bits of one thread, every time", async () => {
    await fc.assert(
      fc.asyncProperty(graphs(), fc.constantFrom(2, 3), async (drawn, threads) => {
        const { program } = planGraph(drawn.graph);
        const own = shared(program, threads);
        const expected = outcome(program, wasmBackend.instantiate(program), drawn);
        const instance = await threadedBackend(threads).instantiateAsync?.(own);
        invariant(instance !== undefined, "threads are waited for");
        expect(instance.threads?.() ?? 1).toBe(own.sharing === undefined ? 1 : threads);
        for (let time = 0; time < 3; time++)
          expect(firstDifference(expected, outcome(own, instance, drawn))).toBeUndefined();
        instance.dispose?.();
      }),
      { numRuns: 40 },
    );
  });

  test("one thread works until the others are ready, and after they were ended", async () => {
    const { drawn, program } = withShares(2);
    const expected = outcome(program, wasmBackend.instantiate(program), drawn);
    const instance = threadedBackend(2).instantiate(program);
    expect(instance.threads?.()).toBe(1);
    expect(firstDifference(expected, outcome(program, instance, drawn))).toBeUndefined();
    await vi.waitUntil(() => instance.threads?.() === 2, { timeout: 30_000 });
    expect(firstDifference(expected, outcome(program, instance, drawn))).toBeUndefined();
    instance.dispose?.();
    instance.dispose?.();
    expect(instance.threads?.()).toBe(1);
    expect(firstDifference(expected, outcome(program, instance, drawn))).toBeUndefined();
  });

  test("where memory cannot be shared there is one thread, with the same bits", () => {
    const { drawn, program } = withShares(2);
    const expected = outcome(program, wasmBackend.instantiate(program), drawn);
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const instance = threadedBackend(2).instantiate(program);
    expect(instance.threads?.() ?? 1).toBe(1);
    expect(firstDifference(expected, outcome(program, instance, drawn))).toBeUndefined();
  });
});
