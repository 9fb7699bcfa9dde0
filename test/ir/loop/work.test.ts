// What is counted of kernels: against formulas where there is one, and against counting while running for random kernels.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  attention,
  compileSync,
  defineModel,
  exp,
  matmul,
  relu,
  scan,
  softmax,
  spec,
  type Tensor,
  tanh,
} from "../../../src/index.ts";
import { add, buildBody, compare, constant, i32, load, multiply, select } from "../../../src/ir/loop/build.ts";
import { type Expr, isVector, laneType } from "../../../src/ir/loop/expr.ts";
import { interpretKernel } from "../../../src/ir/loop/interpret.ts";
import type { Kernel, KernelParameter } from "../../../src/ir/loop/kernel.ts";
import { exprsOf, flatMapStmts, visitExpr } from "../../../src/ir/loop/rewrite.ts";
import type { Stmt } from "../../../src/ir/loop/stmt.ts";
import { workOf } from "../../../src/ir/loop/work.ts";
import { buffersFor, elementwiseKernels } from "../../../src/testing/arbitraries/kernel.ts";

const parameter = (name: string, length: number, access: KernelParameter["access"]): KernelParameter => {
  return { name, dtype: "f32", length, access };
};

const kernelOf = (parameters: readonly KernelParameter[], body: readonly Stmt[]): Kernel => {
  return { name: "counted", parameters, body, inPlace: [] };
};

/** The work of all calls that a function of f32 inputs compiles to. */
const workOfFunction = (
  shapes: Readonly<Record<string, readonly number[]>>,
  forward: (inputs: never) => unknown,
): { readonly flops: number; readonly exact: boolean; readonly names: readonly string[] } => {
  const inputs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, spec("f32", shape)]));
  const model = defineModel({
    name: "counted",
    params: {},
    inputs,
    // Of the inputs that were just declared.
    forward: (_, given) => ({ y: forward(given as never) as never }),
  });
  const { program } = compileSync(model);
  const calls = program.entries.flatMap((entry) => entry.calls);
  const works = calls.flatMap(({ kernel }) => program.kernels.get(kernel) ?? []).map(workOf);
  return {
    flops: works.reduce((sum, { flops }) => sum + flops, 0),
    exact: works.every(({ exact }) => exact),
    names: calls.map(({ kernel }) => kernel),
  };
};

describe("the work of a kernel", () => {
  it("counts lanes of floats, each element of a buffer once, and each access", () => {
    const body = buildBody((root) =>
      root.loop(
        12,
        (i, inner) => {
          const x = load("f32x4", "x", i);
          inner.store("y", i, { kind: "binary", type: "f32x4", fn: "mul", left: x, right: x });
        },
        { step: 4 },
      ),
    );
    expect(workOf(kernelOf([parameter("x", 12, "read"), parameter("y", 12, "write")], body))).toEqual({
      flops: 12,
      bytes: 2 * 12 * 4,
      accessedBytes: 3 * 12 * 4,
      exact: true,
    });
  });

  it("does not count whole numbers, comparisons, choices and conversions", () => {
    const body = buildBody((root) =>
      root.loop(8, (i, inner) => {
        const x = load("f32", "x", multiply(i, 1));
        inner.store("y", add(i, 0), select(compare("lt", x, constant("f32", 0)), constant("f32", 1), x));
      }),
    );
    expect(workOf(kernelOf([parameter("x", 8, "read"), parameter("y", 8, "write")], body)).flops).toBe(0);
  });

  it("counts triangles iteration for iteration", () => {
    const body = buildBody((root) =>
      root.loop(20, (i, outer) =>
        outer.loop(add(i, 1), (j, inner) => inner.store("y", i, add2(load("f32", "x", j), load("f32", "y", i)))),
      ),
    );
    const { flops, exact } = workOf(kernelOf([parameter("x", 20, "read"), parameter("y", 20, "update")], body));
    expect([flops, exact]).toEqual([(20 * 21) / 2, true]);
  });

  it("takes the mean where data decides, and says so", () => {
    const body = buildBody((root) => {
      const end = root.name(load("i32", "n", 0), "end");
      const bounded = { kind: "binary", type: "i32", fn: "min", left: end, right: i32(10) } as const;
      const positive: Expr = { kind: "binary", type: "i32", fn: "max", left: bounded, right: i32(0) };
      root.loop(positive, (i, inner) => inner.store("y", i, add2(load("f32", "y", i), load("f32", "y", i))));
    });
    const n: KernelParameter = { name: "n", dtype: "i32", length: 1, access: "read" };
    const { flops, exact } = workOf(kernelOf([n, parameter("y", 10, "update")], body));
    expect([flops, exact]).toEqual([5, false]);
  });

  it("looks at some iterations of many, evenly spread", () => {
    const rows = 4096;
    const body = buildBody((root) =>
      root.loop(rows, (i, outer) =>
        outer.loop(i, (j, inner) => inner.store("y", j, add2(load("f32", "y", j), load("f32", "y", j)))),
      ),
    );
    const { flops, exact } = workOf(kernelOf([parameter("y", rows, "update")], body));
    expect(exact).toBe(false);
    expect(Math.abs(flops / ((rows * (rows - 1)) / 2) - 1)).toBeLessThan(1e-3);
  });
});

const add2 = (left: Expr, right: Expr): Expr => ({ kind: "binary", type: "f32", fn: "add", left, right });

describe("the work of operations", () => {
  it.each([
    [1, 7, 4],
    [5, 3, 8],
    [64, 48, 96],
    [33, 200, 12],
  ])("matmul of %i x %i x %i is 2 M N K", (m, k, n) => {
    const { flops, exact } = workOfFunction({ a: [m, k], b: [k, n] }, ({ a, b }: { a: never; b: never }) =>
      matmul(a, b),
    );
    expect([flops, exact]).toEqual([2 * m * n * k, true]);
  });

  it("softmax is linear in the rows", () => {
    const of = (rows: number) => workOfFunction({ x: [rows, 64] }, ({ x }: { x: never }) => softmax(x));
    const [one, many] = [of(1), of(37)];
    expect(many.flops).toBe(37 * one.flops);
    expect(many.flops / (37 * 64)).toBeGreaterThan(10);
  });

  it("exp is the polynomial that it has become, relu nothing", () => {
    const { flops } = workOfFunction({ x: [256] }, ({ x }: { x: never }) => exp(x));
    expect(flops % 256).toBe(0);
    expect(flops / 256).toBeGreaterThan(8);
    expect(workOfFunction({ x: [256] }, ({ x }: { x: never }) => relu(x)).flops).toBe(0);
  });

  it("causal attention is about half of attention", () => {
    const shapes = { q: [2, 512, 32], k: [2, 512, 32], v: [2, 512, 32] };
    type Operands = { q: never; k: never; v: never };
    const full = workOfFunction(shapes, ({ q, k, v }: Operands) => attention(q, k, v));
    const causal = workOfFunction(shapes, ({ q, k, v }: Operands) => attention(q, k, v, { causal: true }));
    expect(full.flops).toBeGreaterThan(4 * 2 * 512 * 512 * 32);
    expect(causal.flops / full.flops).toBeGreaterThan(0.5);
    expect(causal.flops / full.flops).toBeLessThan(0.75);
  });

  it("a recurrence is its steps", () => {
    const of = (steps: number) =>
      workOfFunction({ h: [3, 8], x: [steps, 3, 8], w: [8, 8] }, ({ h, x, w }: Record<"h" | "x" | "w", Tensor>) => {
        const step = (state: Record<"h", Tensor>, element: Record<"x", Tensor>) => ({
          carry: { h: tanh(matmul(state.h, w).add(element.x)) },
        });
        return scan({ carry: { h }, over: { x }, step }).carry.h;
      });
    const [three, nine] = [of(3), of(9)];
    expect([three.flops, nine.exact]).toEqual([nine.flops / 3, true]);
    expect(three.flops).toBeGreaterThan(3 * 2 * 3 * 8 * 8);
  });
});

const counters = "counters";

/** The kernel, counting in a buffer of its own how often each of its statements runs. */
const instrumented = (kernel: Kernel): { readonly kernel: Kernel; readonly statements: readonly Stmt[] } => {
  const statements: Stmt[] = [];
  const body = flatMapStmts(kernel.body, (stmt) => {
    const at = i32(statements.push(stmt) - 1);
    return [{ kind: "store", buffer: counters, index: at, value: add(load("i32", counters, at), 1) }, stmt];
  });
  const counting: KernelParameter = { name: counters, dtype: "i32", length: statements.length, access: "update" };
  return { kernel: { ...kernel, parameters: [...kernel.parameters, counting], body }, statements };
};

const operators = ["add", "sub", "mul", "div", "min", "max", "sqrt"];

/** Floating-point operations of a statement without its blocks. */
const ownFlops = (stmt: Stmt): number => {
  let count = 0;
  for (const expr of exprsOf(stmt))
    visitExpr(expr, (part) => {
      if (!["f32", "f64"].includes(laneType(part.type)) || !("fn" in part)) return;
      if (part.kind === "reduceLanes") count += 3;
      else if (operators.includes(part.fn)) count += isVector(part.type) ? 4 : 1;
    });
  return count;
};

describe("the work of random kernels", () => {
  it("is what runs, where it is said to be exact", () => {
    let exact = 0;
    fc.assert(
      fc.property(elementwiseKernels, fc.nat(), (kernel, seed) => {
        const work = workOf(kernel);
        if (!work.exact) return;
        exact++;
        const { kernel: counting, statements } = instrumented(kernel);
        const buffers = buffersFor(kernel, seed);
        const counts = new Int32Array(statements.length);
        interpretKernel(counting, [...buffers, counts]);
        const flops = statements.reduce((sum, stmt, at) => sum + (counts[at] ?? 0) * ownFlops(stmt), 0);
        expect(work.flops).toBe(flops);
      }),
      { numRuns: 200 },
    );
    expect(exact).toBeGreaterThan(20);
  });
});
