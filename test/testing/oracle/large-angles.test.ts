// The bounds of sin, cos and tan at large angles: of what is fed the result is known to the promised units in the last place, however large
// it is, and of what is itself only nearly known as much as its interval leaves open.
import { describe, expect, test } from "vitest";
import { compileGraph } from "../../../src/compile/compile-graph.ts";
import { cos, sin, tan } from "../../../src/ir/functions/index.ts";
import { unary } from "../../../src/ir/scalar/unary.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { randomFrom } from "../../../src/testing/arbitraries/values.ts";
import { boundNode, evaluateBounded } from "../../../src/testing/oracle/evaluate-bounded.ts";
import { judge } from "../../../src/testing/oracle/judge.ts";
import { graphOf } from "../../passes/support.ts";

const functions = { sin, cos, tan };

/** Angles of all magnitudes beyond 2^17, of either sign. */
const angles = (count: number, seed: number): Float32Array => {
  const random = randomFrom(seed);
  return Float32Array.from({ length: count }, () => (random() < 0.5 ? -1 : 1) * 2 ** (17 + 110 * random()));
};

describe.each(["sin", "cos", "tan"] as const)("%s of a large angle", (fn) => {
  const graph = graphOf((trace) => {
    const x: Tensor = trace.input("x", { dtype: "f32", shape: [400] });
    return { y: functions[fn](x) };
  });

  test("that is fed is known to the promised units, and eight more are seen", () => {
    const x = angles(400, 7);
    const feeds = { x: { dtype: "f32", shape: [400], data: x } } as const;
    const { y } = evaluateBounded(graph, "main", { x: { ...feeds.x, data: Float64Array.from(x) } }).outputs;
    if (y === undefined) throw new Error("y is bounded");
    const { executable } = compileGraph(graph);
    const data = Float32Array.from(executable.run("main", feeds)["y"]?.data ?? []);
    const { violation, uninformative } = judge(data, y);
    expect({ violation, uninformative }).toEqual({ violation: undefined, uninformative: 0 });
    const off = data.map((value) => value * (1 + 8 * 2 ** -23));
    expect(judge(off, y).violation).toBeDefined();
  });

  test("that is nearly known is as uncertain as its interval, and no more than the function at all", () => {
    const { evaluate } = unary[fn];
    const random = randomFrom(3);
    for (const x of angles(200, 5))
      for (const error of [1e-6, 1e-3, 0.3, 1, 2, 1e9]) {
        const operand = { dtype: "f32", shape: [], data: Float64Array.of(x), error: Float64Array.of(error) } as const;
        const [bounded] = boundNode({ op: "unary", attrs: { fn } }, [operand]);
        if (bounded === undefined) throw new Error(`${fn} is bounded`);
        expect(fn === "tan" ? 0 : bounded.error[0]).toBeLessThan(2.001);
        for (let sample = 0; sample < 20; sample++)
          expect(judge(Float64Array.of(evaluate(x + error * (2 * random() - 1))), bounded).violation).toBeUndefined();
      }
    const operand = { dtype: "f32", shape: [], data: Float64Array.of(200_000), error: Float64Array.of(1e-3) } as const;
    const [near] = boundNode({ op: "unary", attrs: { fn } }, [operand]);
    expect(near?.error[0]).toBeLessThan(2e-3);
  });
});
