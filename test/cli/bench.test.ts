// `weft bench`: what it says of a model, but for the times, and what it writes.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type BenchBackend, benchBackends } from "../../src/cli/bench-model.ts";
import { clocks } from "../../src/cli/clocks.ts";
import { measurePeak } from "../../src/cli/machine-peak.ts";
import { fixtures, folderWith, say, weft } from "./support.ts";

const lookup = join(fixtures, "lookup.weft");
const at2 = [lookup, "--dims", "B=2", "--runs", "3"] as const;

/** A text with all numbers that are measured, and the bars made of them, replaced. */
const withoutTimes = (text: string): string =>
  text
    .replace(/[▏▎▍▌▋▊▉█]+/g, "")
    .replace(/\d+(?:,\d{3})*\.\d+/g, "N")
    .replace(/[+-]N %/g, "N %")
    .replace(/\d+(?= calls\/s| % of the machine)/g, "N")
    .replace(/ +/g, " ")
    .replace(/ $/gm, "");

const codeLines: { readonly [B in BenchBackend]: RegExp } = {
  wasm: /^ code (?:N Ki|\d+ )B of WebAssembly, 1 kernel, 1 call$/,
  javascript: /^ code (?:N Ki|\d+ )B of JavaScript, 1 kernel, 1 call$/,
  closure: /^ code closures, 1 kernel, 1 call$/,
};

/** The figures that `--json` writes, as far as they are looked at. */
interface Figures {
  readonly model: string;
  readonly dims: Readonly<Record<string, number>>;
  readonly latency: {
    readonly calls: number;
    readonly median: number;
    readonly fastest: number;
    readonly most: number;
  };
  readonly compilation: { readonly stages: readonly { readonly name: string }[] };
  readonly profile: { readonly calls: readonly { readonly kernel: string; readonly milliseconds: number }[] };
}

describe("weft bench", () => {
  test.each(benchBackends)("measures a graph on %s", async (backend) => {
    const { code: exitCode, out } = await say("bench", ...at2, "--backend", backend);
    expect(exitCode).toBe(0);
    const [head, compilation, code, memory, latency, speed, ...table] = withoutTimes(out).trimEnd().split("\n");
    expect(head).toBe(`graph lookup, embed, B=2, on ${backend}`);
    expect(compilation).toMatch(/^ compilation N ms: (?:[a-z-]+ N, ){5}[a-z-]+ N$/);
    expect(code).toMatch(codeLines[backend]);
    expect(memory).toBe(" memory N KiB: parameters 192 B, constants 0 B, arena 128 B");
    expect(latency).toBe(" latency median N ms, fastest N ms, 95 % within N ms (3 calls)");
    expect(speed).toBe(" speed N calls/s, N GFLOP/s without copying, N % of the machine's N");
    expect(table).toEqual([
      "",
      `embed of lookup on ${backend}: N ms, fastest N ms, N GFLOP/s, 3 runs of 1 call (looking at the clock between calls: N %)`,
      "kernel calls ms share GFLOP/s of peak GB/s for",
      "mul_tanh 1 N N % N N % N",
    ]);
  });

  test("measures the step of a training, by layer, in a process of its own", async () => {
    const words = [
      "bench",
      "classifier.ts",
      "--export",
      "classifierTraining",
      "--dims",
      "B=2",
      "--runs",
      "2",
      "--clock",
      "cpu",
    ];
    const { code, out } = await weft(fixtures, [...words, "--by", "layer", "--top", "2"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^training classifier, step, B=2, on wasm\n {2}compilation {2}/);
    expect(out).toMatch(/^layer +calls +ms +share/m);
    expect(out).toMatch(/^(?:hidden|output) +\d+ /m);
    expect(out).toMatch(/^1 more line: \d+\.\d %$|^\d more lines: \d+\.\d %$/m);
  });

  test("writes a trace and figures", async () => {
    const folder = folderWith({});
    const [trace, json] = [join(folder, "trace.json"), join(folder, "figures.json")];
    const { code } = await say("bench", ...at2, "--trace", trace, "--json", json);
    expect(code).toBe(0);
    // What the command wrote.
    const { traceEvents } = JSON.parse(readFileSync(trace, "utf8")) as { readonly traceEvents: readonly object[] };
    const { model, dims, latency, compilation, profile } = JSON.parse(readFileSync(json, "utf8")) as Figures;
    expect([model, dims, latency.calls]).toEqual(["lookup", { B: 2 }, 3]);
    expect(latency.fastest).toBeLessThanOrEqual(latency.median);
    expect(latency.median).toBeLessThanOrEqual(latency.most);
    expect(compilation.stages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["describe", "optimize", "lower", "plan-buffers", "instantiate"]),
    );
    // A name for process and thread, then for each run itself and its calls.
    expect(traceEvents.length).toBe(2 + 3 * (1 + profile.calls.length));
  });

  test("reads on where a decoding has no room left", async () => {
    const folder = folderWith({
      "model.ts": `
import { decoding, defineModel, spec } from ${JSON.stringify(join(fixtures, "../../../src/index.ts"))};
import { gpt } from ${JSON.stringify(join(fixtures, "../../../src/nn/models/index.ts"))};
const language = defineModel({
  name: "language",
  params: { net: gpt({ vocabulary: 5, context: 4, features: 4, heads: 1, blocks: 1 }) },
  inputs: { tokens: spec("i32", [1, "T"]) },
  forward: (p, { tokens }) => ({ logits: p.net(tokens) }),
});
export default decoding(language, { positions: "T", capacity: 4 });
`,
    });
    const { code, out, err } = await weft(folder, ["bench", "model.ts", "--runs", "11"]);
    expect([code, err.replace(/^bench: .*\n/gm, "")]).toEqual([0, ""]);
    expect(out).toMatch(/^decoding language, decode, on wasm\n/);
    expect(out).toContain("(11 calls)");
  });

  test("refuses what it does not know", async () => {
    const refused = async (...words: readonly string[]): Promise<readonly [number, string]> => {
      const { code, err } = await say("bench", ...at2, ...words);
      return [code, err.split("\n")[0] ?? ""];
    };
    expect(await refused("--entry", "go")).toEqual([1, 'error[W308]: there is no entry point "go"']);
    expect(await refused("--backend", "reference")).toEqual([
      2,
      'error[W605]: --backend: expected wasm or javascript or closure, got "reference"',
    ]);
    expect(await refused("--by", "op")).toEqual([2, 'error[W605]: --by: expected kernel or call or layer, got "op"']);
    expect(await refused("--top", "0")).toEqual([2, 'error[W605]: --top: expected a whole number from 1 up, got "0"']);
    const { code, err } = await say("bench", ...at2, "--trace", join(fixtures, "no/such/trace.json"));
    expect([code, err.split(":")[0]]).toEqual([1, "error[W402]"]);
  });
});

test("the machine's peak is a speed", () => {
  const peak = measurePeak(clocks.cpu);
  expect(Number.isFinite(peak) && peak > 0).toBe(true);
});
