// Plans keep apart what is in use; and a plan that does not, or that takes a kernel for one that works in place which does not, is found
// out, by looking or by running.
import { describe, expect, test } from "vitest";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import type { Kernel, MemoryPlan, PlannedProgram, Program } from "../../../src/ir/loop/kernel.ts";
import type { Pass } from "../../../src/passes/pass.ts";
import { compilation } from "../../../src/passes/pipelines.ts";
import { planBuffers } from "../../../src/passes/plan-buffers.ts";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";
import { memoryPlanNoAlias, planViolations } from "../../../src/testing/index.ts";
import { expectCaught, expectHolds } from "./holding.ts";

const cases = graphs({ maxSteps: 16 });

test("no plan puts anything over what is in use", async () => {
  await expectHolds(memoryPlanNoAlias(), cases, 80);
});

type Plan = Pass<Program, PlannedProgram>;

const planning = (name: string, run: (program: Program) => PlannedProgram): Plan => ({ name, summary: "", run });

/** The plan with other places or sizes. */
const moved = (change: (memory: MemoryPlan, program: PlannedProgram) => Partial<MemoryPlan>): Plan =>
  planning("moved", (program) => {
    const planned = planBuffers.run(program);
    return { ...planned, memory: { ...planned.memory, ...change(planned.memory, planned) } };
  });

const offsetsBy = (change: (offset: number, name: string, program: PlannedProgram) => number): Plan =>
  moved(({ offsets }, program) => ({
    offsets: new Map([...offsets].map(([name, offset]) => [name, change(offset, name, program)])),
  }));

/** Plans as if each entry point ended a call early, or began a call late, and then runs all of it. */
const asIf = (
  part: (calls: PlannedProgram["entries"][number]["calls"]) => PlannedProgram["entries"][number]["calls"],
): Plan =>
  planning("as if", (program) => {
    const entries = program.entries.map((entry) => ({ ...entry, calls: part(entry.calls) }));
    const { memory } = planBuffers.run({ ...program, entries });
    const offsets = new Map(memory.offsets);
    for (const name of program.buffers.keys()) if (!offsets.has(name)) offsets.set(name, 0);
    return { ...program, memory: { ...memory, offsets } };
  });

/** Every kernel says that it writes in place over whatever it reads; only the planner believes it, or everybody does. */
const allInPlace = (program: Program): Program => {
  const inPlaceOf = ({ parameters }: Kernel): Kernel["inPlace"] =>
    parameters.flatMap(({ access, dtype }, written) =>
      access === "read"
        ? []
        : parameters.flatMap((other, read) =>
            other.access === "read" && other.dtype === dtype ? [[written, read] as const] : [],
          ),
    );
  const kernels = [...program.kernels].map(
    ([name, kernel]) => [name, { ...kernel, inPlace: inPlaceOf(kernel) }] as const,
  );
  return { ...program, kernels: new Map(kernels) };
};

const broken: readonly (readonly [name: string, plan: Plan])[] = [
  [
    "everything that does not persist in one place",
    offsetsBy((offset, name, { buffers, memory }) =>
      buffers.get(name)?.role === "temporary"
        ? memory.bytes - memory.arenaBytes - ((memory.bytes - memory.arenaBytes) % 64)
        : offset,
    ),
  ],
  [
    "outputs a line earlier",
    offsetsBy((offset, name, { buffers }) =>
      buffers.get(name)?.role === "output" && offset > 0 ? offset - 64 : offset,
    ),
  ],
  [
    "places that are not aligned",
    offsetsBy((offset, name, { buffers }) => (buffers.get(name)?.role === "input" ? offset + 4 : offset)),
  ],
  ["memory that ends too early", moved(({ bytes }) => ({ bytes: bytes - 65536 }))],
  ["memory that nobody needs", moved(({ bytes }) => ({ bytes: bytes + 65536 }))],
  ["a buffer without a place", moved(({ offsets }) => ({ offsets: new Map([...offsets].slice(1)) }))],
  ["lives that end before the last call", asIf((calls) => calls.slice(0, -1))],
  [
    "kernels that are taken to work in place, by the planner",
    planning("in place", (program) => ({ ...planBuffers.run(allInPlace(program)), kernels: program.kernels })),
  ],
  ["kernels that claim to work in place", planning("in place", (program) => planBuffers.run(allInPlace(program)))],
  [
    "outputs that are taken for dead behind their last kernel",
    planning("dead outputs", (program) => {
      const entries = program.entries.map((entry) => ({ ...entry, outputs: [] }));
      return { ...planBuffers.run({ ...program, entries }), entries: program.entries };
    }),
  ],
];

describe("what is broken is caught", () => {
  test.each(broken)("%s", async (_, plan) => {
    expect((await expectCaught(memoryPlanNoAlias(plan), cases, 200)).what).toBeDefined();
  });
});

/** A program of one entry point whose calls pass on buffers t0, t1, ... of a kernel that copies, for plans by hand. */
const chainOf = (count: number, places: (at: number) => number, inPlace: Kernel["inPlace"] = []): PlannedProgram => {
  const builder = graphBuilder();
  const x = builder.input("x", { dtype: "f32", shape: [16] });
  const graph = builder.finish("chain", [{ name: "main", outputs: [{ name: "y", value: x }], updates: [] }]);
  const { memory: _, ...program } = compilation.run(graph);
  const [copy] = program.kernels.values();
  if (copy === undefined) throw new Error("a copy");
  const kernel: Kernel = { ...copy, inPlace };
  const name = (at: number): string => `t${at}`;
  const writesFirst = copy.parameters[0]?.access === "write";
  const calls = Array.from({ length: count - 1 }, (_, at) => ({
    kernel: kernel.name,
    buffers: writesFirst ? [name(at + 1), name(at)] : [name(at), name(at + 1)],
  }));
  const buffers = Array.from(
    { length: count },
    (_, at) => ({ name: name(at), dtype: "f32", length: 16, role: "temporary" }) as const,
  );
  const offsets = new Map(buffers.map((buffer, at) => [buffer.name, places(at)]));
  return {
    ...program,
    kernels: new Map([[kernel.name, kernel]]),
    buffers: new Map(buffers.map((buffer) => [buffer.name, buffer])),
    entries: [{ name: "main", inputs: [], outputs: [], updates: [], calls }],
    memory: {
      bytes: Math.ceil((count * 64) / 65536) * 65536,
      offsets,
      constantBytes: 0,
      parameterBytes: 0,
      preparedBytes: 0,
      arenaBytes: 0,
    },
  };
};

describe("plans by hand", () => {
  test("two places in turn are enough for a chain", () => {
    expect(planViolations(chainOf(6, (at) => (at % 2) * 64))).toEqual([]);
  });

  test("one place is not, unless the kernel works in place", () => {
    expect(planViolations(chainOf(3, () => 0))).toEqual([
      'entry "main": t0 and t1 overlap while both are in use',
      'entry "main": t1 and t2 overlap while both are in use',
    ]);
    expect(
      planViolations(
        chainOf(3, () => 0, [
          [0, 1],
          [1, 0],
        ]),
      ),
    ).toEqual([]);
  });

  test("an overlap of some bytes counts, an end where another begins does not", () => {
    expect(planViolations(chainOf(2, (at) => at * 64))).toEqual([]);
    expect(planViolations(chainOf(2, (at) => at * 32))).toEqual([
      "t1 is at 32, which is no multiple of 64",
      'entry "main": t0 and t1 overlap while both are in use',
    ]);
  });

  test("a hundred thousand buffers are looked at", () => {
    expect(planViolations(chainOf(100_000, (at) => (at % 3) * 64))).toEqual([]);
  });
});
