// Attention of given queries, keys and values, additive attention, and where in a sequence something stands.
import {
  type AttentionOptions,
  attention,
  cast,
  type Dims,
  greaterEqual,
  iota,
  less,
  logicalAnd,
  rotary,
  sinusoidalPositions,
  type Tensor,
} from "../../../src/index.ts";
import { additiveAttention } from "../../../src/nn/index.ts";
import { extentOf, NotUnderstood, numeric, otherInput, words } from "../config.ts";
import type { Config, ModuleCase } from "../golden-case.ts";
import { type Family, functionOf, type Inputs, network } from "../network.ts";

const startsWith = (text: unknown, beginning: string): boolean =>
  typeof text === "string" && text.startsWith(beginning);

/** What masks say in words, beginning with which. */
interface MaskRule {
  readonly causal: boolean;
  readonly window?: number;
  /** How many keys there are before the first query. */
  readonly past: number;
}

const operand = (stored: ModuleCase, input: Inputs): Tensor => input(otherInput(stored, "q", "k", "v"));

/** The rule of a mask that is no tensor, from its words: which keys j a query i may attend to. */
const ruleOf = (config: Config, queries: number, keys: number): MaskRule | undefined => {
  const [mask, note] = [words(config, "mask"), words(config, "note")];
  if (mask.startsWith("causal sliding window: i - w < j <= i"))
    return { causal: true, window: numeric(config, "w"), past: 0 };
  if (mask.startsWith("causal") && mask.includes("j <= i + Lk - Lq")) return { causal: true, past: keys - queries };
  if (mask.startsWith("causal") && mask.endsWith("j <= i")) return { causal: true, past: 0 };
  return mask === "" && /\bcausal\b/.test(note) ? { causal: true, past: 0 } : undefined;
};

/** The options for a rule. `causal` lets the last query see the last key; where that is another rule, a mask says it. */
const optionsFor = ({ causal, window, past }: MaskRule, queries: number, keys: number): AttentionOptions => {
  if (past === keys - queries) return { causal, ...(window === undefined ? {} : { window }) };
  const distance = iota([queries, 1], 0)
    .add(past)
    .sub(iota([1, keys], 1));
  const behind = greaterEqual(distance, 0);
  return { mask: window === undefined ? behind : logicalAnd(behind, less(distance, window)) };
};

const maskOptions = (stored: ModuleCase, input: Inputs): AttentionOptions => {
  const mask = words(stored.config, "mask");
  // What is added is a float input, whose dtype its name does not say.
  if (mask.startsWith("added to the scores")) return { bias: operand(stored, input) as Tensor<Dims, "f32"> };
  if (mask.startsWith("boolean")) return { mask: cast(operand(stored, input), "bool") };
  const [queries, keys] = [extentOf(stored, "q", -2), extentOf(stored, "k", -2)];
  const rule = ruleOf(stored.config, queries, keys);
  if (rule !== undefined) return optionsFor(rule, queries, keys);
  if (mask !== "") throw new NotUnderstood(`mask ${JSON.stringify(mask)}`);
  return {};
};

const attended = (input: Inputs, options: AttentionOptions): { readonly y: Tensor } => ({
  y: attention(input("q"), input("k"), input("v"), options),
});

const scaledDotProduct: Family = {
  name: "scaled dot-product attention",
  includes: ({ formula }) => formula === "softmax(q k^T / sqrt(D) + mask) v",
  build: (stored) => {
    const { config } = stored;
    const scale = config["scale"] === undefined ? {} : { scale: numeric(config, "scale") };
    return functionOf((input) => attended(input, { ...scale, ...maskOptions(stored, input) }));
  },
};

const cappedFormula =
  "s = cap tanh(q k^T/sqrt(D) / cap) + slope_h (j - i), causal, softmax, v; slope_h = 2^(-8 (h+1)/H)";

const capped: Family = {
  name: "attention with capped scores and linear biases",
  includes: ({ formula }) => startsWith(formula, "s = cap tanh("),
  build: (stored) => {
    if (words(stored.config, "formula") !== cappedFormula)
      throw new NotUnderstood(`formula ${JSON.stringify(stored.config["formula"])}`);
    const [queries, keys] = [extentOf(stored, "q", -2), extentOf(stored, "k", -2)];
    const softcap = numeric(stored.config, "cap");
    return functionOf((input) =>
      attended(input, { softcap, alibi: true, ...optionsFor({ causal: true, past: 0 }, queries, keys) }),
    );
  },
};

const additive: Family = {
  name: "additive attention",
  includes: ({ formula }) => startsWith(formula, "additive (Bahdanau) attention"),
  build: (stored) => {
    const [queryFeatures, hidden] = [extentOf(stored, "W", 0), extentOf(stored, "W", 1)];
    const layer = additiveAttention(queryFeatures, extentOf(stored, "U", 0), hidden);
    return network(layer, (attend, input) => {
      const { context, weights } = attend(input("query"), input("keys"));
      return { context, weights };
    });
  },
};

/** The base of the angles: "base 10000" or "10000^(2i/d)". */
const baseIn = (text: string): number => {
  const [, first, second] = /base ([\d.e+]+)|pos\/([\d.e+]+)\^/.exec(text) ?? [];
  const base = Number(first ?? second);
  if (!(base > 0)) throw new NotUnderstood(`a base in ${JSON.stringify(text)}`);
  return base;
};

const sinusoids: Family = {
  name: "sinusoidal positions",
  includes: ({ formula }) => startsWith(formula, "PE[pos,2i] = sin(pos/"),
  build: ({ config }) => {
    const base = baseIn(words(config, "formula"));
    const [length, features] = [numeric(config, "length"), numeric(config, "d")];
    return functionOf((input) => {
      const x = input("x");
      const pe: Tensor = sinusoidalPositions(length, features, { base, dtype: x.dtype });
      return { y: x.add(pe), pe };
    });
  },
};

const rotaryPositions: Family = {
  name: "rotary positions",
  includes: ({ formula }) => startsWith(formula, "rotary position embedding"),
  build: ({ config }) => {
    const [base, start] = [baseIn(words(config, "formula")), numeric(config, "start", 0)];
    return functionOf((input) => ({
      half: rotary(input("x"), { base, start, pairing: "half" }),
      interleaved: rotary(input("x"), { base, start, pairing: "interleaved" }),
    }));
  },
};

export const attentionCases: readonly Family[] = [scaledDotProduct, capped, additive, sinusoids, rotaryPositions];
