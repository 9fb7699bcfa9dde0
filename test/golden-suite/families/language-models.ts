// Language models of tokens: GPT-2 and Llama in small, which predict the next token at each position.
import type { Dims, Tensor } from "../../../src/index.ts";
import { gpt, llama } from "../../../src/nn/index.ts";
import { countOf, extentOf, NotUnderstood, numeric, parts, words } from "../config.ts";
import type { Config, ModuleCase } from "../golden-case.ts";
import { type Family, type Inputs, network, output, type Tensors } from "../network.ts";
import { crossEntropyInWords } from "./losses.ts";
import { shifted } from "./tokens.ts";

/** The mean cross-entropy of the token that comes next. */
const nextTokenLoss =
  (config: Config) =>
  (outputs: Tensors, input: Inputs): Tensor =>
    crossEntropyInWords(config, output(outputs, "logits"), shifted(input("ids")).next);

// Ids are stored as i32.
const before = (input: Inputs) => shifted(input("ids")).before as Tensor<Dims, "i32">;

/** A field that says again what the parameters say must say the same. */
const requireSame = (config: Config, key: string, known: number): number => {
  if (numeric(config, key, known) !== known)
    throw new NotUnderstood(`${key} is ${numeric(config, key)}, and ${known} in the parameters`);
  return known;
};

const isTied = ({ config, parameters }: ModuleCase): boolean => {
  const head = words(config, "head");
  const tied = head.startsWith("tied");
  if ((!tied && head !== "own weight, no bias") || tied === (parameters["head.weight"] !== undefined))
    throw new NotUnderstood(`head ${JSON.stringify(head)}`);
  return tied;
};

const gptWords =
  "GPT-2 style: token + learned position embedding, pre-norm blocks, gelu_tanh, causal attention, final norm";

const gptCases: Family = {
  name: "GPT",
  includes: ({ model }) => model === gptWords,
  build: (stored) => {
    const { config, parameters } = stored;
    const model = gpt({
      vocabulary: requireSame(config, "vocab", extentOf(stored, "wte.weight", 0)),
      context: requireSame(config, "context", extentOf(stored, "wpe.weight", 0)),
      features: requireSame(config, "d_model", extentOf(stored, "wte.weight", 1)),
      heads: numeric(config, "heads"),
      blocks: requireSame(config, "blocks", countOf(parameters, "blocks")),
      tied: isTied(stored),
    });
    return network(model, (predict, input) => ({ logits: predict(before(input)) }), nextTokenLoss(config));
  },
};

const llamaWords =
  /^Llama style: RMSNorm \(eps ([\d.e-]+)\), rotary positions \(half pairing, base ([\d.e]+)\), grouped-query causal attention, SwiGLU: down\(silu\(gate x\) \* up x\), untied head$/;

const llamaCases: Family = {
  name: "Llama",
  includes: ({ model }) => typeof model === "string" && model.startsWith("Llama style: "),
  build: (stored) => {
    const { config, parameters } = stored;
    const [epsilon, base] = parts(words(config, "model"), llamaWords, "model").map(Number);
    const model = llama({
      vocabulary: extentOf(stored, "emb.weight", 0),
      features: requireSame(config, "d_model", extentOf(stored, "emb.weight", 1)),
      heads: numeric(config, "heads"),
      keyHeads: numeric(config, "kv_heads"),
      feedForward: requireSame(config, "ff", extentOf(stored, "blocks.0.gate.weight", 0)),
      blocks: requireSame(config, "blocks", countOf(parameters, "blocks")),
      ...(epsilon === undefined ? {} : { epsilon }),
      ...(base === undefined ? {} : { base }),
    });
    return network(model, (predict, input) => ({ logits: predict(before(input)) }), nextTokenLoss(config));
  },
};

export const languageModelCases: readonly Family[] = [gptCases, llamaCases];
