// `verify` is only worth something if it sees differences: backends that lie about one bit, and a reference that is not met.
import { describe, expect, test } from "vitest";
import type { Executable } from "../../src/backends/runtime/executable.ts";
import { firstDifference, relativeError } from "../../src/cli/compare.ts";
import { type Contestants, contestants, type VerifyReport, verifyBackends } from "../../src/cli/verify-backends.ts";
import { type PlannedGraph, planGraph } from "../../src/compile/plan-graph.ts";
import { parseGraph } from "../../src/ir/text/parse.ts";

const planned: PlannedGraph = planGraph(
  parseGraph(`graph @counter(%x: f32[3]) {
  %0 = parameter {name = "total"} : f32[3]
  %1 = binary %0, %x {fn = add} : f32[3]
  entry @step(sum = %1) updates(total = %1)
}`),
);

const options = { runs: 4, seed: 0, referenceRuns: 1, tolerance: 1e-3 };

const verified = (executables: Contestants, changed: Partial<typeof options> = {}): VerifyReport =>
  verifyBackends(planned, undefined, executables, { ...options, ...changed }, { step: () => {}, end: () => {} });

/** An executable that changes what comes out. */
const lying = (executable: Executable, output: string | undefined, lie: (values: Float32Array) => void): Executable => {
  const told = <T extends { readonly data: ArrayLike<number> }>(array: T): T => {
    if (array.data instanceof Float32Array) lie(array.data);
    return array;
  };
  return {
    ...executable,
    run: (entry, feeds) => {
      const results = executable.run(entry, feeds);
      if (output !== undefined && results[output] !== undefined) told(results[output]);
      return results;
    },
    read: (name) => (output === undefined ? told(executable.read(name)) : executable.read(name)),
  };
};

describe("verifyBackends", () => {
  test("finds nothing where there is nothing", async () => {
    const { backends, tensors, findings } = verified(await contestants(planned));
    expect(backends).toEqual(["wasm", "closure", "javascript"]);
    expect(findings).toEqual([]);
    expect(tensors.map(({ entry, tensor, type, differing }) => ({ entry, tensor, type, differing }))).toEqual([
      { entry: "step", tensor: "sum", type: "f32[3]", differing: [] },
      { entry: "step", tensor: "updated total", type: "f32[3]", differing: [] },
    ]);
    expect(tensors.every(({ error }) => error !== undefined && error < 1e-6)).toBe(true);
  });

  test("names entry, output, element and both values, once for each tensor and backend", async () => {
    const [first, second, third] = await contestants(planned);
    const executables: Contestants = [
      first,
      lying(second ?? first, "sum", (values) => void (values[1] = 0.25)),
      third ?? first,
    ];
    const { findings, tensors } = verified(executables);
    expect(findings.map(({ code }) => code)).toEqual(["W630"]);
    expect(findings[0]?.message).toMatch(
      /^entry step, sum: f32\[3\]: element 1 is -?\d\.\d+ on wasm and 0.25 on closure \(run 1, seed 0\)$/,
    );
    expect(tensors.map(({ differing }) => differing)).toEqual([["closure"], []]);
  });

  test("sees a zero of the other sign in an updated parameter", async () => {
    const [first, second] = await contestants(planned);
    const zero = lying(first, undefined, (values) => void values.fill(0));
    const minus = lying(second ?? first, undefined, (values) => void values.fill(-0));
    const { findings } = verified([zero, minus], { runs: 1, referenceRuns: 0 });
    // What is read is also what the others begin with, so the sums differ too.
    expect(findings.map(({ message }) => message).filter((message) => message.includes("updated"))).toEqual([
      "entry step, updated total: f32[3]: element 0 is 0 on wasm and -0 on closure (run 1, seed 0)",
    ]);
  });

  test("holds the program to the reference", async () => {
    const [first] = await contestants(planned);
    const wrong = lying(first, "sum", (values) => void (values[0] = 100));
    expect(verified([wrong]).findings.map(({ code }) => code)).toEqual(["W631"]);
    expect(verified([wrong], { referenceRuns: 0 }).findings).toEqual([]);
    expect(verified([wrong], { tolerance: 1e9 }).findings).toEqual([]);
  });
});

describe("comparing", () => {
  test("bits: NaN is one class, zeros have a sign", () => {
    expect(firstDifference([Number.NaN, 1], [Number.NaN, 1])).toBe(undefined);
    expect(firstDifference([1, 0], [1, -0])).toBe(1);
    expect(firstDifference([Number.NaN], [1])).toBe(0);
  });

  test("errors are relative to the largest magnitude", () => {
    expect(relativeError([4, 1], [4, 2])).toBe(0.25);
    expect(relativeError([0.5], [0])).toBe(0.5);
    expect(relativeError([-8, Number.NaN], [-8, Number.NaN])).toBe(0);
    expect(relativeError([1, Number.POSITIVE_INFINITY], [1, 2])).toBe(Number.POSITIVE_INFINITY);
  });
});
