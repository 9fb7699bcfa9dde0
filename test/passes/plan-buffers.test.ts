// Memory planning: lives that do not overlap share memory, dying operands are written over, entry points share one arena.
import { describe, expect, test } from "vitest";
import { planGraph } from "../../src/compile/plan-graph.ts";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import type { PlannedProgram } from "../../src/ir/loop/kernel.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { planBuffers } from "../../src/passes/plan-buffers.ts";
import { livenessBound } from "../../src/passes/planning/liveness-bound.ts";
import { graphOf } from "./support.ts";

const square = { dtype: "f32", shape: [32, 32] } as const;
const bytes = 32 * 32 * 4;

/** A chain of products, none of which can be fused with the next. */
const chain = (x: Tensor, length: number): Tensor => Array.from({ length }).reduce<Tensor>((y) => y.matmul(y), x);

describe("plan-buffers", () => {
  test("a long chain needs no more memory than a short one", () => {
    const arena = (length: number): number =>
      planGraph(graphOf((trace) => ({ y: chain(trace.input("x", square), length) }))).program.memory.arenaBytes;
    expect(arena(12)).toBe(arena(4));
    expect(arena(12)).toBeLessThanOrEqual(5 * bytes);
  });

  test("every buffer is aligned and inside", () => {
    const { program } = planGraph(
      graphOf((trace) => {
        const few = trace.input("few", { dtype: "f32", shape: [3] });
        return { few: few.exp(), none: few.neg(), y: chain(trace.input("x", square), 3).sum({ axes: [0] }) };
      }),
    );
    for (const [name, offset] of program.memory.offsets) {
      expect(offset % 64).toBe(0);
      expect(offset + 4 * (program.buffers.get(name)?.length ?? 0)).toBeLessThanOrEqual(program.memory.bytes);
    }
    expect(program.memory.bytes % 65536).toBe(0);
  });

  test("a kernel writes over an operand that it reads for the last time", () => {
    const { program } = planGraph(
      graphOf((trace) => {
        const product = trace.input("x", square).matmul(trace.input("w", square));
        const total = product.sum();
        return { y: product.mul(total).matmul(trace.input("v", square)) };
      }),
    );
    const call = program.entries[0]?.calls.find(({ kernel }) => kernel === "mul");
    const [written] = program.kernels.get("mul")?.inPlace[0] ?? [];
    const target = call?.buffers[written ?? -1] ?? "";
    const [source] =
      call?.buffers.filter((name) => program.buffers.get(name)?.length === 1024 && name !== target) ?? [];
    expect(program.memory.offsets.get(target)).toBe(program.memory.offsets.get(source ?? ""));
  });

  test("inputs, which are copied in for every run, are written over like any other", () => {
    const { program } = planGraph(graphOf((trace) => ({ y: trace.input("x", square).exp() })));
    expect(program.memory.arenaBytes).toBe(bytes);
    const [x, y] = [program.entries[0]?.inputs[0], program.entries[0]?.outputs[0]];
    expect(program.memory.offsets.get(x?.buffer ?? "")).toBe(program.memory.offsets.get(y?.buffer ?? "none"));
  });

  test("an input of two entry points has one place, and what needs it no more may use that", () => {
    const trace = traceOver(graphBuilder());
    const x = trace.input("x", square);
    const entry = (name: string, tensor: Tensor) => ({
      name,
      outputs: [{ name: "y", value: trace.value(tensor) }],
      updates: [],
    });
    const { program } = planGraph(trace.builder.finish("both", [entry("a", x.exp()), entry("b", chain(x, 4))]));
    expect(program.memory.arenaBytes).toBe(Math.max(...program.entries.map((each) => livenessBound(program, each))));
  });

  test("entry points share one arena", () => {
    const trace = traceOver(graphBuilder());
    const x = trace.input("x", square);
    const [a, b] = [chain(x, 3), chain(x.exp(), 3)];
    const entry = (name: string, tensor: Tensor) => ({
      name,
      outputs: [{ name: "y", value: trace.value(tensor) }],
      updates: [],
    });
    const both = planGraph(trace.builder.finish("both", [entry("a", a), entry("b", b)])).program.memory.arenaBytes;
    const one = planGraph(trace.builder.finish("one", [entry("b", b)])).program.memory.arenaBytes;
    expect(both).toBeLessThanOrEqual(one + bytes);
  });

  test("what 32-bit addresses cannot reach is refused", () => {
    const program: PlannedProgram = planGraph(graphOf((trace) => ({ y: trace.input("x", square).exp() }))).program;
    const large = new Map([...program.buffers].map(([name, buffer]) => [name, { ...buffer, length: 2 ** 31 }]));
    const plan = (): unknown => planBuffers.run({ ...program, buffers: large });
    expect(plan).toThrow(WeftError);
    expect(plan).toThrow("W311: the program needs 8.00 GiB of memory; 32-bit addresses reach 4 GiB");
  });
});
