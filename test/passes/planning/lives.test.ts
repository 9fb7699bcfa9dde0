// Which result is written over which operand: as many as there can be, each over one of its own size.
import { describe, expect, test } from "vitest";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import type { Buffer, EntryPoint, Kernel, KernelParameter, Port, Program } from "../../../src/ir/loop/kernel.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { compilation } from "../../../src/passes/pipelines.ts";
import { handoversOf, livesOf } from "../../../src/passes/planning/lives.ts";
import { planViolations } from "../../../src/testing/index.ts";

const length = 16;

const parameter = (name: string, access: "read" | "write"): KernelParameter => ({ name, dtype: "f32", length, access });

/** One call of a kernel that makes p and q of a and b, and what it may write over what: p, q, a and b are at 0 to 3. */
const handovers = (
  inPlace: Kernel["inPlace"],
  changes: Readonly<Record<string, Partial<Buffer>>> = {},
): Record<string, string> => {
  const names = ["p", "q", "a", "b"] as const;
  const ports = (...chosen: readonly string[]): readonly Port[] =>
    chosen.map((name) => ({ name, buffer: name, type: { dtype: "f32", shape: [length] } }));
  const kernel: Kernel = {
    name: "k",
    parameters: [parameter("p", "write"), parameter("q", "write"), parameter("a", "read"), parameter("b", "read")],
    body: [],
    inPlace,
  };
  const entry: EntryPoint = {
    name: "main",
    inputs: ports("a", "b"),
    outputs: ports("p", "q"),
    updates: [],
    calls: [{ kernel: "k", buffers: names }],
  };
  const buffers = names.map((name): Buffer => ({ name, dtype: "f32", length, role: "temporary", ...changes[name] }));
  const program: Program = {
    name: "program",
    buffers: new Map(buffers.map((buffer) => [buffer.name, buffer])),
    kernels: new Map([["k", kernel]]),
    parameters: [],
    entries: [entry],
    prepare: [],
  };
  return Object.fromEntries(handoversOf(program, entry, livesOf(program, entry)));
};

describe("results written over operands", () => {
  test("each takes an operand of its own", () => {
    expect(
      handovers([
        [0, 2],
        [0, 3],
      ]),
    ).toEqual({ a: "p" });
    expect(
      handovers([
        [0, 2],
        [1, 2],
      ]),
    ).toEqual({ a: "p" });
  });

  test("one that has a choice makes way for one that has none", () => {
    expect(
      handovers([
        [0, 2],
        [0, 3],
        [1, 2],
      ]),
    ).toEqual({ a: "q", b: "p" });
  });

  test("none takes an operand that is smaller, as one without copies for threads is", () => {
    expect(handovers([[0, 2]], { p: { copies: 2 } })).toEqual({});
    expect(handovers([[0, 2]], { p: { copies: 2 }, a: { copies: 2 } })).toEqual({ a: "p" });
  });
});

test("inputs that two entry points share lie beside one another in both", () => {
  const trace = traceOver(graphBuilder());
  const square = { dtype: "f32", shape: [8, 8] } as const;
  const [x, w] = [trace.input("x", square), trace.input("w", square)];
  const entry = (name: string, tensor: Tensor) => ({
    name,
    outputs: [{ name: "y", value: trace.value(tensor) }],
    updates: [],
  });
  const planned = compilation.run(trace.builder.finish("both", [entry("a", x.matmul(w)), entry("b", w.matmul(x))]));
  expect(planViolations(planned)).toEqual([]);
});
