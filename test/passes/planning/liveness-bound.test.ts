// The bound that plans are held against, beside its definition: at each call, what was touched and will be touched again.
import fc from "fast-check";
import { expect, test } from "vitest";
import { planGraph } from "../../../src/compile/plan-graph.ts";
import { type EntryPoint, type PlannedProgram, type Program, preparationOf } from "../../../src/ir/loop/kernel.ts";
import { dtypes } from "../../../src/ir/types/dtype.ts";
import { livenessBound } from "../../../src/passes/planning/liveness-bound.ts";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";
import { graphOf } from "../support.ts";

/** The bytes that are in use at a call, without any thought of writing in place. */
const inUse = (program: Program, entry: EntryPoint, at: number): number => {
  const before = new Set(entry.inputs.map(({ buffer }) => buffer));
  for (const { buffers } of entry.calls.slice(0, at + 1)) for (const name of buffers) before.add(name);
  const after = new Set(entry.outputs.map(({ buffer }) => buffer));
  for (const { buffers } of entry.calls.slice(Math.max(0, at))) for (const name of buffers) after.add(name);
  return [...before].reduce((sum, name) => {
    const buffer = program.buffers.get(name);
    const isOurs = buffer !== undefined && ["input", "output", "temporary"].includes(buffer.role);
    return isOurs && after.has(name) ? sum + 64 * Math.ceil((dtypes[buffer.dtype].bytes * buffer.length) / 64) : sum;
  }, 0);
};

const withoutSharing = ({ kernels, ...program }: Program): Program => ({
  ...program,
  kernels: new Map([...kernels].map(([name, kernel]) => [name, { ...kernel, inPlace: [] }])),
});

test("without writing in place it is the most that is in use at one call", () => {
  fc.assert(
    fc.property(graphs({ maxSteps: 8 }), ({ graph }) => {
      const program = withoutSharing(planGraph(graph, { verify: "never" }).program);
      for (const entry of program.entries) {
        const times = [-1, ...entry.calls.keys(), entry.calls.length];
        expect(livenessBound(program, entry)).toBe(Math.max(...times.map((at) => inUse(program, entry, at))));
      }
    }),
    { numRuns: 100 },
  );
}, 120_000);

const square = { dtype: "f32", shape: [32, 32] } as const;

test("what is written over its operand counts with it once", () => {
  const { program } = planGraph(
    graphOf((trace) => {
      const x = trace.input("x", square);
      return { y: x.mul(x.sum().exp()) };
    }),
  );
  const [entry] = program.entries;
  expect(entry === undefined ? 0 : livenessBound(program, entry)).toBe(4096 + 64);
});

const largest = (program: PlannedProgram): number =>
  Math.max(...[...program.entries, preparationOf(program)].map((entry) => livenessBound(program, entry)));

test("arenas of random graphs are within a tenth of it, but for a few very small ones", () => {
  const ratios = fc.sample(graphs({ maxSteps: 10 }), 150).map(({ graph }) => {
    const { program } = planGraph(graph, { verify: "never" });
    return program.memory.arenaBytes === 0 ? 1 : program.memory.arenaBytes / largest(program);
  });
  // One in some hundred cannot be placed better, or is not: where a handful of buffers are of one size of magnitude.
  expect(ratios.filter((ratio) => ratio > 1.1).length).toBeLessThanOrEqual(5);
  expect(Math.max(...ratios)).toBeLessThanOrEqual(1.5);
  expect(Math.min(...ratios)).toBeGreaterThanOrEqual(1);
}, 120_000);
