// The command on another folder: kinds of cases that test/golden has, in other shapes and with other options, computed by loops.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import picocolors from "picocolors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Ui } from "../../src/cli/ui.ts";
import { generate } from "../../src/ir/types/ndarray.ts";
import { runGolden } from "./command.ts";
import { computedCase, element, type Sketch } from "./computed-case.ts";
import type { Arrays } from "./golden-case.ts";

const named = (arrays: Arrays, name: string) => {
  const array = arrays[name];
  if (array === undefined) throw new Error(`there is no ${name}`);
  return array;
};

/** Three groups, a stride and a dilation that differ by axis, padding on one axis. */
const convolution: Sketch = {
  name: "conv2d_groups",
  config: {
    module: "Conv2d",
    in_channels: 6,
    out_channels: 3,
    kernel_size: [2, 3],
    stride: [3, 1],
    padding: [0, 2],
    dilation: [1, 2],
    groups: 3,
    input_layout: "N,C,spatial",
  },
  inputs: { x: [2, 6, 8, 4] },
  parameters: { weight: [3, 2, 2, 3], bias: [3] },
  outputs: (arrays) => {
    const [x, weight, bias] = [named(arrays, "x"), named(arrays, "weight"), named(arrays, "bias")];
    const y = generate("f64", [2, 3, 3, 4], ([n = 0, o = 0, row = 0, column = 0]) => {
      let sum = element(bias, o);
      for (let c = 0; c < 2; c++)
        for (let i = 0; i < 2; i++)
          for (let j = 0; j < 3; j++) {
            const at = column + 2 * j - 2;
            if (at >= 0 && at < 4) sum += element(weight, o, c, i, j) * element(x, n, 2 * o + c, 3 * row + i, at);
          }
      return sum;
    });
    return { y };
  },
};

const softmaxOf = (scores: readonly number[]): readonly number[] => {
  const powers = scores.map(Math.exp);
  const total = powers.reduce((sum, each) => sum + each, 0);
  return powers.map((each) => each / total);
};

/** Six heads of queries over three of keys and values; a window of three. */
const attention: Sketch = {
  name: "attention_window",
  config: {
    formula: "softmax(q k^T / sqrt(D) + mask) v",
    mask: "causal sliding window: i - w < j <= i",
    w: 3,
  },
  inputs: { q: [1, 6, 5, 3], k: [1, 3, 5, 3], v: [1, 3, 5, 2] },
  parameters: {},
  outputs: (arrays) => {
    const [q, k, v] = [named(arrays, "q"), named(arrays, "k"), named(arrays, "v")];
    const y = generate("f64", [1, 6, 5, 2], ([, head = 0, i = 0, feature = 0]) => {
      const shared = Math.floor(head / 2);
      const keys = [0, 1, 2, 3, 4].filter((j) => i - 3 < j && j <= i);
      const weights = softmaxOf(
        keys.map(
          (j) =>
            [0, 1, 2].reduce((sum, d) => sum + element(q, 0, head, i, d) * element(k, 0, shared, j, d), 0) /
            Math.sqrt(3),
        ),
      );
      return keys.reduce((sum, j, at) => sum + (weights[at] ?? 0) * element(v, 0, shared, j, feature), 0);
    });
    return { y };
  },
};

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** Two layers of two units, without biases, from a given state, batches first. */
const recurrence: Sketch = {
  name: "gru_2layer",
  config: {
    module: "GRU",
    input: 3,
    hidden: 2,
    layers: 2,
    bidirectional: false,
    initial_state: true,
    bias: false,
    x_layout: "[B,T,I], and y alike",
  },
  inputs: { x: [2, 4, 3], h0: [2, 2, 2] },
  parameters: { weight_ih_l0: [6, 3], weight_hh_l0: [6, 2], weight_ih_l1: [6, 2], weight_hh_l1: [6, 2] },
  outputs: (arrays) => {
    const [x, h0] = [named(arrays, "x"), named(arrays, "h0")];
    const last: number[][][] = [[], []];
    const outputs = [0, 1].map((row) => {
      let sequence = [0, 1, 2, 3].map((t) => [0, 1, 2].map((i) => element(x, row, t, i)));
      for (const layer of [0, 1]) {
        const [input, hidden] = [named(arrays, `weight_ih_l${layer}`), named(arrays, `weight_hh_l${layer}`)];
        let h = [0, 1].map((unit) => element(h0, layer, row, unit));
        sequence = sequence.map((from) => {
          const product = (weight: typeof input, vector: readonly number[], gate: number, unit: number): number =>
            vector.reduce((sum, each, at) => sum + each * element(weight, 2 * gate + unit, at), 0);
          const before = h;
          h = before.map((old, unit) => {
            const [r = 0, z = 0] = [0, 1].map((gate) =>
              sigmoid(product(input, from, gate, unit) + product(hidden, before, gate, unit)),
            );
            const n = Math.tanh(product(input, from, 2, unit) + r * product(hidden, before, 2, unit));
            return (1 - z) * n + z * old;
          });
          return h;
        });
        last[layer]?.push(h);
      }
      return sequence;
    });
    return {
      y: generate("f64", [2, 4, 2], ([row = 0, t = 0, unit = 0]) => outputs[row]?.[t]?.[unit] ?? Number.NaN),
      hn: generate("f64", [2, 2, 2], ([layer = 0, row = 0, unit = 0]) => last[layer]?.[row]?.[unit] ?? Number.NaN),
    };
  },
};

/** Over three axes, with another epsilon. */
const normalization: Sketch = {
  name: "layernorm_2axes",
  config: { mode: "train", eps: 0.01, axes: "last three" },
  inputs: { x: [2, 2, 3, 2] },
  parameters: { weight: [2, 3, 2], bias: [2, 3, 2] },
  outputs: (arrays) => {
    const [x, weight, bias] = [named(arrays, "x"), named(arrays, "weight"), named(arrays, "bias")];
    const rows = [0, 1].map((row) => Array.from(x.data.subarray(12 * row, 12 * row + 12)));
    const means = rows.map((row) => row.reduce((sum, each) => sum + each, 0) / 12);
    const variances = rows.map((row, at) => row.reduce((sum, each) => sum + (each - (means[at] ?? 0)) ** 2, 0) / 12);
    const y = generate("f64", x.shape, ([row = 0, ...index]) => {
      const centered = element(x, row, ...index) - (means[row] ?? 0);
      return (centered / Math.sqrt((variances[row] ?? 0) + 0.01)) * element(weight, ...index) + element(bias, ...index);
    });
    return { y };
  },
};

/** Other axes, another slice, and formulas that test/golden does not have. */
const operations: Sketch = {
  name: "op_shape",
  config: {
    ops: "several",
    outputs: {
      t: "a, axes permuted (1,0)",
      s: "a[1:3, ::2]",
      pad: "a padded with -1: last axis 0 before and 2 after",
      sp: "a split along axis 0 into pieces of 3 (the last may be smaller), the second piece",
      formula: "2a * (b - 1) / (1 + a^2)",
    },
  },
  inputs: { a: [4, 3], b: [3] },
  parameters: {},
  outputs: (arrays) => {
    const [a, b] = [named(arrays, "a"), named(arrays, "b")];
    return {
      t: generate("f64", [3, 4], ([i = 0, j = 0]) => element(a, j, i)),
      s: generate("f64", [2, 2], ([i = 0, j = 0]) => element(a, i + 1, 2 * j)),
      pad: generate("f64", [4, 5], ([i = 0, j = 0]) => (j < 3 ? element(a, i, j) : -1)),
      sp: generate("f64", [1, 3], ([, j = 0]) => element(a, 3, j)),
      formula: generate("f64", [4, 3], ([i = 0, j = 0]) => {
        const x = element(a, i, j);
        return (2 * x * (element(b, j) - 1)) / (1 + x ** 2);
      }),
    };
  },
};

/** Sums of windows, padding included, over a divisor that is not their size. */
const pooling: Sketch = {
  name: "avgpool1d",
  config: { module: "AvgPool1d", kernel_size: 4, stride: 3, padding: 2, divisor_override: 5, count_include_pad: false },
  inputs: { x: [2, 2, 9] },
  parameters: {},
  outputs: (arrays) => {
    const x = named(arrays, "x");
    const y = generate("f64", [2, 2, 4], ([n = 0, channel = 0, place = 0]) => {
      let sum = 0;
      for (let at = 3 * place - 2; at < 3 * place + 2; at++) if (at >= 0 && at < 9) sum += element(x, n, channel, at);
      return sum / 5;
    });
    return { y };
  },
};

const sketches = [convolution, attention, recurrence, normalization, operations, pooling];

const folder = mkdtempSync(join(tmpdir(), "golden-"));
beforeAll(() => {
  for (const [position, sketch] of sketches.entries())
    writeFileSync(join(folder, `${sketch.name}.json`), computedCase(sketch, position));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the command prints, and its exit code. */
const run = async (...words: readonly string[]) => {
  const printed: string[] = [];
  const noted: string[] = [];
  const ui: Ui = {
    print: (text) => void printed.push(text),
    note: (text) => void noted.push(text),
    fail: (error) => void noted.push(error.message),
    palette: picocolors.createColors(false),
    progress: () => ({ step: () => undefined, end: () => undefined }),
  };
  return { code: await runGolden(words, ui), printed, noted };
};

describe("npm run golden", () => {
  test("passes cases of other shapes, computed by loops, on every backend", async () => {
    const { code, printed } = await run("--dir", folder);
    expect(printed.filter((line) => line.includes("FAILED"))).toEqual([]);
    expect(printed.slice(-3)).toEqual(["reference 6/6", "closure 6/6", "wasm 6/6"]);
    expect(printed.length).toBe(9);
    expect(code).toBe(0);
  });

  test("runs the chosen cases on the chosen backends, and writes what it found", async () => {
    const json = join(folder, "verdicts");
    const { code, printed } = await run("--dir", folder, "--backend", "closure", "--case", "*_shape", "--json", json);
    expect(printed.map((line) => line.replace(/[\d.]+$/, "N"))).toEqual(["op_shape  closure ok N", "closure 1/N"]);
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject([
      { case: "op_shape", backend: "closure", passed: true },
    ]);
  });

  test("fails with what is wrong: a case that is not met, a file that is no case", async () => {
    const wrong = mkdtempSync(join(tmpdir(), "golden-wrong-"));
    const file = computedCase({ ...normalization, config: { ...normalization.config, eps: 0.02 } }, 3);
    writeFileSync(join(wrong, "layernorm_2axes.json"), file);
    writeFileSync(join(wrong, "other.json"), '{ "format": "golden-2" }');
    const { code, printed } = await run("--dir", wrong, "--backend", "reference");
    expect(printed[0]).toMatch(
      /^layernorm_2axes {2}reference FAILED \S+ \S+.* is off by \S+ of \S+, and \d of 4 others$/,
    );
    expect(printed[1]).toBe(
      `other            reference FAILED ${join(wrong, "other.json")}: format is "golden-2", not "golden-1"`,
    );
    expect(printed[2]).toBe("reference 0/2");
    expect(code).toBe(1);
    rmSync(wrong, { recursive: true });
  });

  test.each([
    [["--dir", "/nowhere"], "golden: /nowhere: there is no such folder"],
    [["--bakend", "wasm"], 'golden: "--bakend" is no option; --help lists them'],
    [["wasm"], 'golden: "wasm" is no option; --help lists them'],
    [["--backend", "cuda"], 'golden: --backend: "cuda" is none of reference, closure, wasm, all'],
    [["--dir"], "golden: --dir needs a value: The folder of cases, test/golden unless given."],
    [["--case", "zebra"], "golden: --case: none of the 196 cases has such a name"],
  ])("refuses %j", async (words, message) => {
    expect(await run(...words)).toEqual({ code: 2, printed: [], noted: [message] });
  });

  test("--help lists the options", async () => {
    const { code, printed } = await run("--help");
    expect(printed.join("\n")).toMatch(/--dir.*--backend.*--case.*--json/s);
    expect(code).toBe(0);
  });
});
