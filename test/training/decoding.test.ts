// Decoding: a sequence read in pieces gives what `forward` gives on the whole, however it is cut; what is kept belongs to the
// sequence, is written in place, and is never overwritten.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BackendName,
  compile,
  compileSync,
  crossEntropy,
  currentPosition,
  type Dims,
  decoding,
  defineModel,
  rotary,
  sinusoidalPositions,
  spec,
  type Tensor,
  training,
} from "../../src/index.ts";
import type { Stmt } from "../../src/ir/loop/stmt.ts";
import { parseGraph } from "../../src/ir/text/parse.ts";
import { printGraph } from "../../src/ir/text/print.ts";
import { type AnyLayer, layer } from "../../src/model/parameter.ts";
import {
  embedding,
  gpt,
  linear,
  llama,
  multiHeadAttention,
  transformerDecoder,
  transformerEncoder,
} from "../../src/nn/index.ts";
import { adam } from "../../src/optim/index.ts";
import { contestants } from "../../src/testing/kit/examine.ts";
import { decodingGraph } from "../../src/training/decoding-graph.ts";
import { piecesOf, readInPieces, tokensOf } from "../support/decoded.ts";
import { bitsOf, numbers } from "../support/small-models.ts";

const vocabulary = 11;
const longest = 14;

type LanguageModel = AnyLayer<(tokens: Tensor<Dims, "i32">) => Tensor>;

const languageModel = (name: string, lm: LanguageModel) =>
  defineModel({
    name,
    params: { lm },
    inputs: { tokens: spec("i32", ["T"]) },
    forward: (p, { tokens }) => ({ logits: p.lm(tokens) }),
  });

/** Layers of attention by hand: sinusoidal positions, a window, and slopes. */
const sloped = (heads: number, window: number | undefined, alibi: boolean): LanguageModel =>
  layer(
    { embed: embedding(vocabulary, 8), attend: multiHeadAttention(8, heads), output: linear(8, vocabulary) },
    (p) => (tokens: Tensor<Dims, "i32">) => {
      const x: Tensor = p.embed(tokens);
      const placed = x.add(sinusoidalPositions(x.shape[0] ?? 1, 8, { start: currentPosition() }));
      const options = { causal: true, alibi, ...(window === undefined ? {} : { window }) };
      return p.output(placed.add(p.attend(placed, options)));
    },
  );

/** Layers of PyTorch's transformer, causal, with rotary positions in front. */
const encoded = (normFirst: boolean): LanguageModel =>
  layer(
    {
      embed: embedding(vocabulary, 8),
      encode: transformerEncoder(2, 8, 2, { feedForward: 12, normFirst }),
      output: linear(8, vocabulary),
    },
    (p) => (tokens: Tensor<Dims, "i32">) => {
      const x: Tensor = p.embed(tokens);
      const turned = rotary(x as Tensor<Dims, "f32">, { start: currentPosition() });
      return p.output(p.encode(turned, { causal: true }));
    },
  );

/** Random small language models; each with its name. */
const models: fc.Arbitrary<readonly [string, () => LanguageModel]> = fc.oneof(
  fc
    .record({ heads: fc.constantFrom(1, 2, 4), blocks: fc.integer({ min: 1, max: 2 }), tied: fc.boolean() })
    .map((options): readonly [string, () => LanguageModel] => [
      `gpt ${JSON.stringify(options)}`,
      () => gpt({ vocabulary, context: longest, features: 8, ...options }),
    ]),
  fc
    .record({ keyHeads: fc.constantFrom(1, 2, 4), blocks: fc.integer({ min: 1, max: 2 }) })
    .map((options): readonly [string, () => LanguageModel] => [
      `llama ${JSON.stringify(options)}`,
      () => llama({ vocabulary, features: 16, heads: 4, feedForward: 12, ...options }),
    ]),
  fc
    .tuple(fc.constantFrom(1, 2), fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }), fc.boolean())
    .map(([heads, window, alibi]): readonly [string, () => LanguageModel] => [
      `heads ${heads} window ${window} alibi ${alibi}`,
      () => sloped(heads, window, alibi),
    ]),
  fc.boolean().map((first): readonly [string, () => LanguageModel] => [`encoder ${first}`, () => encoded(first)]),
);

const worst = (actual: readonly number[], wanted: ArrayLike<number>): number =>
  actual.reduce((most, value, at) => Math.max(most, Math.abs(value - (wanted[at] ?? Number.NaN))), 0);

describe("a sequence in pieces", () => {
  it("gives what the whole gives, on every backend, however it is cut", async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }).map((lengths) => {
      const kept = lengths.filter((_, at) => lengths.slice(0, at + 1).reduce((sum, each) => sum + each, 0) <= longest);
      return kept;
    });
    await fc.assert(
      fc.asyncProperty(models, cuts, fc.nat(2), fc.nat(9), async ([name, make], lengths, spare, seed) => {
        const length = lengths.reduce((sum, each) => sum + each, 0);
        const capacity = Math.min(longest, length + spare);
        const model = languageModel(name.replaceAll(/\W+/g, "_"), make());
        const tokens = tokensOf(length, vocabulary, seed);
        const pieces = decoding(model, { positions: "T", capacity, entries: piecesOf(lengths) });
        const decoder = compileSync(pieces, { seed });
        const compiled = await contestants(decoder.compiled);
        for (const executable of compiled)
          for (const [path, value] of Object.entries(decoder.parameters.all())) executable.write(path, value);
        const [first, ...others] = compiled.map((executable) => readInPieces(executable, lengths, tokens));
        for (const other of others) expect(bitsOf(other)).toBe(bitsOf(first ?? []));

        const whole = compileSync(model, { dims: { T: length }, seed });
        expect(worst(first ?? [], whole({ tokens }).logits.data)).toBeLessThan(1e-5);

        const exact = compileSync(pieces, { seed, backend: "reference" });
        const meaning = compileSync(model, { dims: { T: length }, seed, backend: "reference" });
        const wanted = meaning({ tokens }).logits.data;
        // Results of the reference are rounded to f32 where they are handed out.
        expect(worst(readInPieces(exact.executable, lengths, tokens), wanted)).toBeLessThan(1e-7);
      }),
      { numRuns: 8 },
    );
  }, 120_000);

  it("may be several sequences side by side", () => {
    const model = defineModel({
      name: "side",
      params: { lm: gpt({ vocabulary, context: 8, features: 8, heads: 2, blocks: 1 }) },
      inputs: { tokens: spec("i32", ["B", "T"]) },
      forward: (p, { tokens }) => ({ logits: p.lm(tokens) }),
    });
    const decoder = compileSync(decoding(model, { positions: "T", capacity: 8, entries: { decode: 1, prefill: 3 } }), {
      dims: { B: 2 },
    });
    const whole = compileSync(model, { dims: { B: 2, T: 5 } });
    const tokens = tokensOf(10, vocabulary);
    const columns = (from: number, to: number) =>
      Int32Array.of(...tokens.slice(from, to), ...tokens.slice(from + 5, to + 5));
    const wanted = whole({ tokens }).logits.data;
    const row = (sequence: number, at: number) =>
      Array.from(wanted.subarray((5 * sequence + at) * 11, (5 * sequence + at + 1) * 11));
    decoder.prefill({ tokens: columns(0, 3) });
    for (const at of [3, 4]) {
      const { logits } = decoder.decode({ tokens: columns(at, at + 1) });
      expect(logits.shape).toEqual([2, 1, 11]);
      expect(worst([...logits.data], [...row(0, at), ...row(1, at)])).toBeLessThan(1e-6);
    }
    expect(decoder.position()).toBe(5);
  });
});

const writer = defineModel({
  name: "writer",
  params: { lm: gpt({ vocabulary, context: 12, features: 8, heads: 2, blocks: 2 }) },
  inputs: { tokens: spec("i32", ["T"]) },
  forward: (p, { tokens }) => ({ logits: p.lm(tokens) }),
});
const writing = decoding(writer, { positions: "T", capacity: 12, entries: { decode: 1, prefill: 5 } });
const prompt = tokensOf(5, vocabulary);
const next = (at: number) => ({ tokens: Int32Array.of((5 * at) % vocabulary) });

describe("a decoder of two sequences", () => {
  it("reads one in pieces and looks at the other whole", () => {
    const model = defineModel({
      name: "translating",
      params: { decode: transformerDecoder(1, 8, 2, { feedForward: 12 }) },
      inputs: { target: spec("f32", ["T", 8]), memory: spec("f32", [5, 8]) },
      forward: (p, { target, memory }) => ({ y: p.decode(target, memory) }),
    });
    const [target, memory] = [numbers(6 * 8), numbers(5 * 8, 2)];
    const decoder = compileSync(decoding(model, { positions: "T", capacity: 6, entries: { one: 1, two: 2 } }));
    const y = [
      decoder.two({ target: target.slice(0, 16), memory }),
      decoder.one({ target: target.slice(16, 24), memory }),
      decoder.two({ target: target.slice(24, 40), memory }),
      decoder.one({ target: target.slice(40), memory }),
    ].flatMap((piece) => Array.from(piece.y.data));
    expect(worst(y, compileSync(model, { dims: { T: 6 } })({ target, memory }).y.data)).toBeLessThan(1e-6);
    // @ts-expect-error there is no such entry point
    expect(decoder.decode).toBe(undefined);
    // @ts-expect-error both are inputs
    expect(() => decoder.one({ target: target.slice(40) })).toThrow("W301");
  });
});

describe.each(["wasm", "closure", "reference"] as const)("a decoder on %s", (backend: BackendName) => {
  it("begins anew after a reset, whatever it has read", () => {
    const decoder = compileSync(writing, { backend });
    const read = () =>
      bitsOf([...decoder.prefill({ tokens: prompt }).logits.data, ...decoder.decode(next(1)).logits.data]);
    const fresh = read();
    expect(decoder.position()).toBe(6);
    decoder.reset();
    expect(decoder.position()).toBe(0);
    expect(read()).toBe(fresh);
    // Rows that are not numbers do not outlive the sequence either.
    const good = decoder.parameters.all();
    for (const name of decoder.parameters.names) {
      const { data } = decoder.parameters.get(name);
      decoder.parameters.set(name, data.fill(Number.NaN));
    }
    decoder.reset();
    decoder.prefill({ tokens: prompt });
    decoder.parameters.restore(good);
    decoder.reset();
    expect(read()).toBe(fresh);
  });

  it("goes on from where its state says", () => {
    const decoder = compileSync(writing, { backend });
    decoder.prefill({ tokens: prompt });
    const fork = decoder.state.all();
    const [first, second] = [1, 2].map((at) => {
      decoder.state.restore(fork);
      return bitsOf(decoder.decode(next(at)).logits.data);
    });
    expect(first).not.toBe(second);
    decoder.state.restore(fork);
    expect(bitsOf(decoder.decode(next(1)).logits.data)).toBe(first);
    // Going back is to count fewer positions.
    decoder.state.set("decoding.position", Int32Array.of(5));
    expect(bitsOf(decoder.decode(next(2)).logits.data)).toBe(second);
  });

  it("refuses what it has no room for, and nothing has changed", () => {
    const decoder = compileSync(writing, { backend });
    decoder.prefill({ tokens: prompt });
    decoder.prefill({ tokens: prompt });
    const before = decoder.state.all();
    expect(() => decoder.prefill({ tokens: prompt })).toThrow(
      "W520: prefill: decoding.position is 10, and there is room only from 0 to 7",
    );
    expect(decoder.state.all()).toEqual(before);
    decoder.decode(next(1));
    decoder.decode(next(2));
    expect(() => decoder.decode(next(3))).toThrow("W520");
    decoder.state.set("decoding.position", Int32Array.of(-1));
    expect(() => decoder.decode(next(3))).toThrow("W520: decode: decoding.position is -1");
    decoder.reset();
    expect(decoder.decode(next(3)).logits.shape).toEqual([1, vocabulary]);
  });
});

describe("a decoder", () => {
  it("takes the parameters that were trained, and keeps its sequence apart from them", () => {
    const learning = training(writer, {
      inputs: { label: spec("i32", ["T"]) },
      loss: ({ logits }, { label }) => crossEntropy(logits, label),
      optimizer: adam({ learningRate: 0.05 }),
    });
    const trainer = compileSync(learning, { dims: { T: 8 } });
    const [tokens, label] = [tokensOf(8, vocabulary), tokensOf(9, vocabulary).slice(1)];
    for (let step = 0; step < 5; step++) trainer.step({ tokens, label });
    const decoder = compileSync(writing, { seed: 7 });
    decoder.parameters.restore(trainer.parameters.all());
    expect(decoder.parameters.names).toEqual(compileSync(writer, { dims: { T: 1 } }).parameters.names);
    const rows = [...decoder.prefill({ tokens: tokens.slice(0, 5) }).logits.data];
    for (let at = 5; at < 8; at++) rows.push(...decoder.decode({ tokens: tokens.slice(at, at + 1) }).logits.data);
    expect(worst(rows, trainer.predict({ tokens }).logits.data)).toBeLessThan(1e-6);
    const again = compileSync(writer, { dims: { T: 8 } });
    again.parameters.restore(decoder.parameters.all());
    expect(bitsOf(again({ tokens }).logits.data)).toBe(bitsOf(trainer.predict({ tokens }).logits.data));
  });

  it("writes the rows of its positions and nothing else of what it keeps", () => {
    const { program } = compileSync(writing);
    const kept = new Set(program.parameters.flatMap(({ name, buffer }) => (/rows/.test(name) ? [buffer] : [])));
    expect(kept.size).toBe(4);
    for (const { name, calls } of program.entries) {
      const writes = calls.flatMap(({ kernel, buffers }) => {
        const { parameters = [], body = [] } = program.kernels.get(kernel) ?? {};
        const written = parameters.filter(({ access }, at) => access !== "read" && kept.has(buffers[at] ?? ""));
        return written.length === 0 ? [] : [storesOf(body)];
      });
      // Keys and values of two blocks: 8 features for each position.
      expect(writes.reduce((sum, each) => sum + each, 0)).toBe(4 * (name === "decode" ? 8 : 5 * 8));
    }
  });

  it("does not look at blocks of keys that there are not yet", () => {
    const model = languageModel("long", llama({ vocabulary, features: 8, heads: 2, feedForward: 12, blocks: 1 }));
    const decoder = compileSync(decoding(model, { positions: "T", capacity: 1024 }));
    const read = (): string => {
      decoder.state.set("decoding.position", Int32Array.of(0));
      return [1, 2, 3].map((at) => bitsOf(decoder.decode(next(at)).logits.data)).join("\n");
    };
    const wanted = read();
    for (const name of decoder.state.names.filter((each) => /rows/.test(each))) {
      const { data, shape } = decoder.state.get(name);
      const [, capacity = 1, features = 1] = shape;
      // What is multiplied by 0 would show.
      const isFar = (at: number): boolean => Math.floor(at / features) % capacity >= 512;
      decoder.state.set(
        name,
        data.map((value, at) => (isFar(at) ? Number.NaN : value)),
      );
    }
    expect(read()).toBe(wanted);
  });

  it("has a graph whose text is read back, each entry point with inputs of its own", () => {
    const text = printGraph(decodingGraph(writing));
    expect(text).toContain('graph @writer(%"decode/tokens": i32[1], %"prefill/tokens": i32[5])');
    expect(printGraph(parseGraph(text))).toBe(text);
  });

  it("is compiled in the background too", async () => {
    const decoder = await compile(writing);
    expect(decoder.decode(next(0)).logits.data.length).toBe(vocabulary);
    expect(decoder.position()).toBe(1);
  });

  it("has one entry point, decode, unless said otherwise", () => {
    const decoder = compileSync(decoding(writer, { positions: "T", capacity: 2 }));
    expect(decoder.decode(next(0)).logits.shape).toEqual([1, vocabulary]);
    expect(decoder.executable.entries).toEqual(["decode"]);
  });
});

/** How many elements the stores of a body write, all loops counted. */
const storesOf = (body: readonly Stmt[]): number =>
  body.reduce((sum, stmt) => {
    if (stmt.kind === "store") return sum + (stmt.value.type.endsWith("x4") ? 4 : 1);
    if (stmt.kind !== "for") return sum;
    const [from, to] = [stmt.from, stmt.to].map((bound) => (bound.kind === "const" ? bound.value : Number.NaN));
    return sum + storesOf(stmt.body) * Math.ceil(((to ?? 0) - (from ?? 0)) / stmt.step);
  }, 0);
