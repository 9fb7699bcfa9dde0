// Emitted decoders where they are used: in a process of their own, in a folder without packages. The sequence is the module's
// own, calls hand no arrays around, and they give the bits of what was emitted.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { emit } from "../../src/codegen/index.ts";
import { compileSync, decodeSafetensors, decoding, defineModel, spec } from "../../src/index.ts";
import { llama } from "../../src/nn/index.ts";
import { tokensOf } from "../support/decoded.ts";
import { bitsOf } from "../support/small-models.ts";
import { nodes, runAlone } from "../support/standalone.ts";
import { typeErrors } from "../support/type-check.ts";

const root = mkdtempSync(join(tmpdir(), "weft-decoder-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const model = defineModel({
  name: "writer",
  params: { lm: llama({ vocabulary: 7, features: 8, heads: 2, keyHeads: 1, feedForward: 12, blocks: 2 }) },
  inputs: { tokens: spec("i32", ["T"]) },
  forward: (p, { tokens }) => ({ logits: p.lm(tokens) }),
});
const description = decoding(model, { positions: "T", capacity: 6, entries: { decode: 1, prefill: 4 } });
const prompt = tokensOf(4, 7);

const script = `
import { load } from "./writer.mjs";
const bitsOf = (data) => Array.from(data, (value) => (Object.is(value, -0) ? "-0" : String(value))).join(" ");
const refused = (action) => { try { action(); return "accepted"; } catch (error) { return [error.code, error.message]; } };
const model = await load();
const tokens = Int32Array.from(${JSON.stringify([...prompt])});
const next = (token) => bitsOf(model.decode({ tokens: Int32Array.of(token) }).logits.data);
const read = () => [bitsOf(model.prefill({ tokens }).logits.data), next(1), next(2)];
const result = { first: read(), position: model.position(), full: refused(() => next(3)) };
result.kept = model.position();
model.reset();
result.anew = model.position();
result.tooMany = refused(() => { model.prefill({ tokens }); model.prefill({ tokens }); });
const saved = model.state.save();
result.fork = [next(1), (model.state.restore(saved), next(1)), model.position()];
model.reset();
result.again = read();
result.other = (await load()).position();
result.unknown = [refused(() => model.decode({ token: tokens }))[0], refused(() => model.decode({ tokens }))[0], refused(() => model.decode({ tokens: Int32Array.of(7) }))[0]];
result.names = [model.parameters.names.length, model.state.names];
console.log(JSON.stringify(result));
`;

describe.each(["wasm", "js"] as const)("a decoder emitted as %s", (format) => {
  const folder = mkdtempSync(join(root, `${format}-`));

  it.each(nodes)("gives the same bits on Node $version", async (node) => {
    const decoder = compileSync(description);
    const first = [
      decoder.prefill({ tokens: prompt }),
      ...[1, 2].map((each) => decoder.decode({ tokens: Int32Array.of(each) })),
    ];
    const bits = first.map(({ logits }) => bitsOf(logits.data));
    // Emitted in the middle of a sequence: the module begins with none.
    await emit(decoder, { directory: folder, format });
    writeFileSync(join(folder, "use.mjs"), script);
    expect(runAlone(node, "use.mjs", folder)).toEqual({
      first: bits,
      position: 6,
      full: ["W520", 'W520: decode has room from 0 to 5, not at 6, for "decoding.position"'],
      kept: 6,
      anew: 0,
      tooMany: ["W520", 'W520: prefill has room from 0 to 2, not at 4, for "decoding.position"'],
      fork: [bits[1], bits[1], 5],
      again: bits,
      other: 0,
      unknown: ["W302", "W305", "W306"],
      names: [decoder.parameters.names.length, decoder.state.names],
    });
  });

  it("has the model's parameters alone in its file of weights, which a model takes", () => {
    const stored = decodeSafetensors(readFileSync(join(folder, "writer.safetensors")));
    const whole = compileSync(model, { dims: { T: 4 } });
    expect(Object.keys(stored).toSorted()).toEqual([...whole.parameters.names].toSorted());
    whole.parameters.restore(stored);
  });

  it("says its types", async () => {
    writeFileSync(
      join(folder, "use.mts"),
      `import { load } from "./writer.mjs";
const model = await load();
const logits: Float32Array = model.decode({ tokens: Int32Array.of(1) }).logits.data;
const shape: readonly [4, 7] = model.prefill({ tokens: new Int32Array(4) }).logits.shape;
const position: number = model.position();
model.reset();
const bytes: Uint8Array = model.state.save();
model.state.restore(bytes);
model.state.get("decoding.position");
model.parameters.get("lm.norm");
// @ts-expect-error the state of the sequence is no parameter
model.parameters.get("decoding.position");
export { logits, shape, position };
`,
    );
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: "nodenext",
      target: "es2023",
      types: [],
      skipLibCheck: false,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.mts"] }));
    expect(await typeErrors(folder)).toEqual([]);
  });
});
