// Results in the caller's arrays: the same bits as in new ones, only those that were asked for, and nothing allocated.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { emit } from "../../../src/codegen/index.ts";
import { compileSync, decoding, defineModel, gather, param, relu, spec } from "../../../src/index.ts";
import { gpt, linear } from "../../../src/nn/index.ts";
import { numbers, perceptronTraining } from "../../support/small-models.ts";
import { nodes } from "../../support/standalone.ts";

/** Two inputs, one of indices, and two results. */
const looked = defineModel({
  name: "looked",
  params: { rows: param([5, 8]), output: linear(8, 8) },
  inputs: { features: spec("f32", ["B", 8]), index: spec("i32", ["B"]), mask: spec("bool", ["B", 1]) },
  forward: (p, { features, index, mask }) => ({
    sum: relu(p.output(features)).add(gather(p.rows, index)),
    scaled: features.mul(mask.cast("f32")),
  }),
});

const features = numbers(32);
const feeds = { features, index: Int32Array.of(0, 4, 2, 1), mask: Uint8Array.of(1, 0, 1, 1) };

describe.each(["wasm", "closure", "reference"] as const)("into, on %s", (backend) => {
  const run = compileSync(looked, { dims: { B: 4 }, backend });
  const fresh = run(feeds);

  it("typed arrays hold the results, and the record is what the run gives", () => {
    const into = { sum: new Float32Array(32), scaled: new Float32Array(32) };
    expect(run(feeds, { into })).toBe(into);
    expect(into).toEqual({ sum: fresh.sum.data, scaled: fresh.scaled.data });
  });

  it("what a run has given serves the next", () => {
    const into = run({ ...feeds, features: numbers(32, 9) });
    const { data } = into.sum;
    expect(data).not.toEqual(fresh.sum.data);
    expect(run(feeds, { into }).sum).toBe(into.sum);
    expect(into.sum.data).toBe(data);
    expect(into).toEqual(fresh);
  });

  it("results that are not named are not copied", () => {
    const into = { scaled: new Float32Array(32) };
    expect(run(feeds, { into })).toEqual({ scaled: fresh.scaled.data });
  });
});

it("trainers and decoders take it as well", () => {
  const trainer = compileSync(perceptronTraining, { dims: { B: 4 } });
  const input = { features: numbers(24) };
  const into = { logits: new Float32Array(12) };
  expect(trainer.predict(input, { into }).logits).toEqual(trainer.predict(input).logits.data);
  const writer = defineModel({
    name: "writer",
    params: { gpt: gpt({ vocabulary: 6, context: 8, features: 8, heads: 2, blocks: 1 }) },
    inputs: { seen: spec("i32", ["B", "T"]) },
    forward: (p, { seen }) => ({ logits: p.gpt(seen) }),
  });
  const decoder = compileSync(decoding(writer, { positions: "T", capacity: 8 }), { dims: { B: 1 } });
  const seen = Int32Array.of(3);
  const logits = { logits: new Float32Array(6) };
  decoder.decode({ seen }, { into: logits });
  decoder.reset();
  expect(logits.logits).toEqual(decoder.decode({ seen }).logits.data);
});

const folder = mkdtempSync(join(tmpdir(), "weft-into-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Bytes that 10,000 calls leave on the heap, for each call, in several rounds, since the engine compiles in some and collects in
 * some; the youngest generation is larger than what a round leaves.
 */
const measuring = `
const feeds = { features: new Float32Array(32), index: Int32Array.of(0, 4, 2, 1), mask: Uint8Array.of(1, 0, 1, 1) };
const options = { into: { sum: new Float32Array(32), scaled: new Float32Array(32) } };
const bytesPerCall = (call) => {
  const rounds = [];
  for (let round = 0; round < 8; round++) {
    for (let i = 0; i < 10000; i++) call();
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 10000; i++) call();
    rounds.push((process.memoryUsage().heapUsed - before) / 10000);
  }
  return rounds;
};
console.log(JSON.stringify({
  fresh: Math.max(...bytesPerCall(() => run(feeds))),
  into: Math.min(...bytesPerCall(() => run(feeds, options))),
}));
`;

interface BytesPerCall {
  readonly fresh: number;
  readonly into: number;
}

const bytesPerCall = (node: string, script: string, text: string, loader: readonly string[]): BytesPerCall => {
  const file = join(folder, script);
  writeFileSync(file, `${text}${measuring}`);
  const flags = ["--expose-gc", "--min-semi-space-size=128", "--max-semi-space-size=256", ...loader];
  // What the script above prints.
  return JSON.parse(execFileSync(node, [...flags, file], { encoding: "utf8", timeout: 120_000 })) as BytesPerCall;
};

/** A few bytes that the engine itself may need now and then. */
const nothing = 16;

describe("a run into arrays of the caller's allocates nothing", () => {
  const library = new URL("../../../src/index.ts", import.meta.url).href;
  const layers = new URL("../../../src/nn/index.ts", import.meta.url).href;
  const inLibrary = `
import { compileSync, defineModel, gather, param, relu, spec } from ${JSON.stringify(library)};
import { linear } from ${JSON.stringify(layers)};
const run = compileSync(defineModel({
  name: "looked",
  params: { rows: param([5, 8]), output: linear(8, 8) },
  inputs: { features: spec("f32", ["B", 8]), index: spec("i32", ["B"]), mask: spec("bool", ["B", 1]) },
  forward: (p, { features, index, mask }) => ({
    sum: relu(p.output(features)).add(gather(p.rows, index)),
    scaled: features.mul(mask.cast("f32")),
  }),
}), { dims: { B: 4 } });
`;

  it.each(nodes)(
    "in the library, on $version",
    ({ file }) => {
      const loader = [
        "--import",
        pathToFileURL(new URL("../../../node_modules/tsx/dist/loader.mjs", import.meta.url).pathname).href,
      ];
      const { fresh, into } = bytesPerCall(file, "library.ts", inLibrary, loader);
      expect(into).toBeLessThan(nothing);
      // That the measuring sees something at all: the objects of two arrays, at least, are new in each of these.
      expect(fresh).toBeGreaterThan(256);
    },
    120_000,
  );

  it.each(
    nodes.flatMap(({ version, file }) => (["wasm", "js"] as const).map((format) => [format, version, file] as const)),
  )(
    "in a module of %s, on %s",
    async (format, _, file) => {
      await emit(compileSync(looked, { dims: { B: 4 } }), { directory: join(folder, format), format });
      const script = `import { load } from "./${format}/looked.mjs";\nconst model = await load();\nconst run = model.predict;\n`;
      const { fresh, into } = bytesPerCall(file, `${format}.mjs`, script, []);
      expect(into).toBeLessThan(nothing);
      expect(fresh).toBeGreaterThan(256);
    },
    120_000,
  );
});
