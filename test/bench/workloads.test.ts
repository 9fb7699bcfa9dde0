// What the bench takes for right, against the float64 reference of the compiler; its models in ONNX against bytes written by hand;
// and the words of its command.
import { describe, expect, test } from "vitest";
import { runBench } from "../../bench/command.ts";
import { encodeModel } from "../../bench/onnx/model.ts";
import { listOf } from "../../bench/table.ts";
import {
  type AttentionTask,
  attentionComputation,
  attentionGradientComputation,
} from "../../bench/workloads/attention.ts";
import { inputsOf, operationsOf } from "../../bench/workloads/index.ts";
import { matmulComputation } from "../../bench/workloads/matmul.ts";
import { workloads } from "../../bench/workloads/table.ts";
import type { Ui } from "../../src/cli/ui.ts";
import { attention, compileSync, defineModel, differentiate, spec, sum } from "../../src/index.ts";

const tasks: readonly AttentionTask[] = [
  { heads: 2, queries: 5, keys: 5, depth: 4, causal: false, cached: false },
  { heads: 2, queries: 5, keys: 5, depth: 4, causal: true, cached: false },
  { heads: 3, queries: 2, keys: 7, depth: 3, causal: true, cached: false },
  { heads: 1, queries: 1, keys: 6, depth: 8, causal: false, cached: true },
];

describe("attention", () => {
  test.each(tasks)(
    "and its gradient mean what the compiler's reference says: $queries of $keys, causal $causal",
    (task) => {
      const { heads, queries, keys, depth, causal } = task;
      const model = defineModel({
        name: "both",
        params: {},
        inputs: {
          q: spec("f64", [heads, queries, depth]),
          k: spec("f64", [heads, keys, depth]),
          v: spec("f64", [heads, keys, depth]),
          cotangent: spec("f64", [heads, queries, depth]),
        },
        forward: (_, { q, k, v, cotangent }) => {
          const out = attention(q, k, v, { causal });
          const [dq, dk, dv] = differentiate(sum(out.mul(cotangent)), [q, k, v]);
          return { out, dq, dk, dv };
        },
      });
      const inputs = attentionGradientComputation.inputs(task);
      const doubled = (name: string): Float64Array<ArrayBuffer> => Float64Array.from(inputs[name] ?? []);
      const wanted = compileSync(model, { backend: "reference" })({
        q: doubled("q"),
        k: doubled("k"),
        v: doubled("v"),
        cotangent: doubled("cotangent"),
      });
      const meaning = {
        ...attentionComputation.meaning(task, inputs),
        ...attentionGradientComputation.meaning(task, inputs),
      };
      expect(Object.keys(meaning)).toEqual(Object.keys(wanted));
      for (const name of ["out", "dq", "dk", "dv"] as const)
        for (const [at, value] of wanted[name].data.entries()) expect(meaning[name]?.[at]).toBeCloseTo(value, 12);
    },
  );

  test("counts the pairs that a causal mask leaves", () => {
    const [full, causal, shifted] = tasks;
    if (full === undefined || causal === undefined || shifted === undefined) throw new Error("three tasks");
    expect(attentionComputation.operations(full)).toBe(2 * 25 * 4 * 4);
    expect(attentionComputation.operations(causal)).toBe(2 * 15 * 4 * 4);
    expect(attentionComputation.operations(shifted)).toBe(3 * (6 + 7) * 3 * 4);
    expect(attentionGradientComputation.operations(full)).toBe(3 * attentionComputation.operations(full));
  });
});

test("a product of matrices", () => {
  const [a, b] = [Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(1, 0, 0, 1, 2, 2)];
  expect(matmulComputation.meaning({ rows: 2, inner: 3, columns: 2 }, { a, b })["c"]).toEqual(
    Float64Array.of(7, 8, 16, 17),
  );
});

describe("the table of workloads", () => {
  test("names each once, and every goal wants something", () => {
    expect(new Set(workloads.map(({ name }) => name)).size).toBe(workloads.length);
    for (const { goals } of workloads)
      for (const goal of goals) expect("most" in goal ? goal.most : goal.least).toBeGreaterThan(0);
  });

  test("has inputs of variance 1 that are the same each time", () => {
    const product = workloads.find(({ name }) => name === "matmul 512");
    if (product === undefined) throw new Error("there is a product");
    const { a = new Float32Array() } = inputsOf(product);
    expect(a.reduce((total, x) => total + x * x, 0) / a.length).toBeCloseTo(1, 1);
    expect(inputsOf(product)["a"]).toEqual(a);
    expect(operationsOf(product)).toBe(2 * 512 ** 3);
  });
});

test("an ONNX model in bytes", () => {
  const bytes = encodeModel({
    inputs: { a: [300] },
    outputs: { b: [300] },
    nodes: [{ op: "Relu", inputs: ["a"], output: "b" }],
  });
  const value = (field: number, name: number) => [
    field * 8 + 2,
    16,
    10,
    1,
    name,
    18,
    11,
    10,
    9,
    8,
    1,
    18,
    5,
    10,
    3,
    8,
    172,
    2,
  ];
  const node = [10, 1, 97, 18, 1, 98, 34, 4, 82, 101, 108, 117];
  const graph = [10, node.length, ...node, 18, 5, 98, 101, 110, 99, 104, ...value(11, 97), ...value(12, 98)];
  const microsoft = [...new TextEncoder().encode("com.microsoft")];
  const opsets = [66, 4, 10, 0, 16, 23, 66, microsoft.length + 4, 10, microsoft.length, ...microsoft, 16, 1];
  expect([...bytes]).toEqual([8, 10, 58, graph.length, ...graph, ...opsets]);
});

describe("the command", () => {
  const spoken = async (...words: string[]): Promise<readonly [code: number, said: string]> => {
    const said: string[] = [];
    const say = (text: string): void => void said.push(text);
    // The command prints and notes; nothing is measured here.
    const ui = { print: say, note: say } as unknown as Ui;
    return [await runBench(words, ui), said.join("\n")];
  };

  test("lists its workloads and its options", async () => {
    expect(await spoken("--list")).toEqual([0, listOf(workloads)]);
    const [code, help] = await spoken("--help");
    expect(code).toBe(0);
    for (const option of ["only", "peers", "rounds", "clock", "json", "chart", "from", "check", "list"])
      expect(help).toContain(`--${option}`);
  });

  test.each([
    [
      ["--peers", "torch"],
      '--peers: "torch" is none of ort-web, ort-web-2-threads, jax, tfjs-wasm, tfjs-cpu, ort-node, all, none',
    ],
    [["--only", "sorting"], "no workload has sorting in its name; --list shows them"],
    [["--rounds", "0"], "--rounds: 0 is no whole number of at least 1"],
    [["--clock", "sun"], '--clock: "sun" is none of wall, cpu'],
    [["--from", "out/there-is-no-such-file.json"], "--from: ENOENT"],
    [["--fast"], "Unknown option '--fast'"],
  ])("refuses %j", async (words, says) => {
    const [code, said] = await spoken(...words);
    expect(code).toBe(2);
    expect(said).toContain(says);
  });
});
