// Recurrent networks: the layers alone, language models of characters, taggers.
import type { Tensor } from "../../../src/index.ts";
import { embedding, gru, linear, lstm, rnn } from "../../../src/nn/index.ts";
import { extentOf, flag, NotUnderstood, rowOf, words } from "../config.ts";
import type { GoldenCase, ModuleCase } from "../golden-case.ts";
import { type Family, type Inputs, type ModuleTable, type Network, network, type Tensors } from "../network.ts";
import { crossEntropyInWords } from "./losses.ts";
import { shifted } from "./tokens.ts";

/** What a recurrent layer is made of. */
interface Sizes {
  readonly inputs: number;
  readonly hidden: number;
  readonly options: {
    readonly layers: number;
    readonly bidirectional: boolean;
    readonly bias: boolean;
    readonly batchFirst: boolean;
    readonly nonlinearity?: "tanh" | "relu";
  };
}

const hasParameter = ({ parameters }: GoldenCase, name: string): boolean => parameters[name] !== undefined;

/** The sizes that stored parameters say, which are named `prefix` + "weight_ih_l0" and so on. */
const sizesOf = (stored: GoldenCase, prefix: string, batchFirst: boolean): Sizes => {
  let layers = 0;
  while (hasParameter(stored, `${prefix}weight_ih_l${layers}`)) layers++;
  return {
    inputs: extentOf(stored, `${prefix}weight_ih_l0`, 1),
    hidden: extentOf(stored, `${prefix}weight_hh_l0`, 1),
    options: {
      layers,
      bidirectional: hasParameter(stored, `${prefix}weight_ih_l0_reverse`),
      bias: hasParameter(stored, `${prefix}bias_ih_l0`),
      batchFirst,
    },
  };
};

/** A field that says again what the parameters say must say the same. */
const requireSame = ({ config }: GoldenCase, { inputs, hidden, options }: Sizes): void => {
  const { layers, bidirectional, bias } = options;
  for (const [key, known] of Object.entries({ input: inputs, hidden, layers, bidirectional, bias }))
    if (config[key] !== undefined && config[key] !== known)
      throw new NotUnderstood(`${key} is ${JSON.stringify(config[key])}, and ${known} in the parameters`);
};

/** Sequences are [T, B, I] unless `x_layout` says that batches come first. */
const isBatchFirst = (stored: ModuleCase): boolean => {
  const layout = words(stored.config, "x_layout");
  if (layout === "" || layout.startsWith("[T,B,I]")) return false;
  if (layout.startsWith("[B,T,I]")) return true;
  throw new NotUnderstood(`x_layout ${JSON.stringify(layout)}`);
};

const nonlinearityOf = (stored: ModuleCase): "tanh" | "relu" => {
  const name = words(stored.config, "nonlinearity") || "tanh";
  if (name === "tanh" || name === "relu") return name;
  throw new NotUnderstood(`nonlinearity ${JSON.stringify(name)}`);
};

/** What is given beside the sequence: the first state and lengths, where the case has them. */
const givenTo = (stored: ModuleCase, input: Inputs) => {
  const has = (name: string): boolean => stored.inputs[name] !== undefined;
  if (flag(stored.config, "initial_state", has("h0")) !== has("h0"))
    throw new NotUnderstood("an initial state that is said and not given, or given and not said");
  return {
    ...(has("h0") ? { hidden: input("h0") } : {}),
    ...(has("c0") ? { cell: input("c0") } : {}),
    ...(has("lengths") ? { lengths: input("lengths") } : {}),
  };
};

type Result = { readonly output: Tensor; readonly hidden: Tensor; readonly cell?: Tensor };

const outputsOf = ({ output, hidden, cell }: Result): Tensors => ({
  y: output,
  hn: hidden,
  ...(cell === undefined ? {} : { cn: cell }),
});

const checkedSizes = (stored: ModuleCase): Sizes => {
  const sizes = sizesOf(stored, "", isBatchFirst(stored));
  requireSame(stored, sizes);
  return sizes;
};

export const recurrentModules: ModuleTable = {
  RNN: (stored) => {
    const { inputs, hidden, options } = checkedSizes(stored);
    const layer = rnn(inputs, hidden, { ...options, nonlinearity: nonlinearityOf(stored) });
    return network(layer, (run, input) => outputsOf(run(input("x"), givenTo(stored, input))));
  },
  LSTM: (stored) => {
    const { inputs, hidden, options } = checkedSizes(stored);
    return network(lstm(inputs, hidden, options), (run, input) => outputsOf(run(input("x"), givenTo(stored, input))));
  },
  GRU: (stored) => {
    const { inputs, hidden, options } = checkedSizes(stored);
    return network(gru(inputs, hidden, options), (run, input) => outputsOf(run(input("x"), givenTo(stored, input))));
  },
};

/** The recurrent layers by the names that models call them, with weights named `rnn.weight_ih_l0` and so on. */
const recurrentLayers = {
  rnn: ({ inputs, hidden, options }: Sizes) => rnn(inputs, hidden, options),
  lstm: ({ inputs, hidden, options }: Sizes) => lstm(inputs, hidden, options),
  gru: ({ inputs, hidden, options }: Sizes) => gru(inputs, hidden, options),
} as const;

/** Embedding, recurrent layer, linear layer: logits for each position of ids [B, T]. */
const labeller = (
  stored: ModuleCase,
  kind: string,
  read: (input: Inputs) => Tensor,
  labels: (input: Inputs) => Tensor,
): Network => {
  const make = rowOf<(sizes: Sizes) => ReturnType<typeof rnn>>(recurrentLayers, kind.replace(/^bi/, ""), "layer");
  const sizes = sizesOf(stored, "rnn.", true);
  if (sizes.options.bidirectional !== kind.startsWith("bi"))
    throw new NotUnderstood(`${kind} with the parameters of another number of directions`);
  const layers = {
    emb: embedding(extentOf(stored, "emb.weight", 0), extentOf(stored, "emb.weight", 1)),
    rnn: make(sizes),
    out: linear(extentOf(stored, "out.weight", 1), extentOf(stored, "out.weight", 0), {
      bias: hasParameter(stored, "out.bias"),
    }),
  };
  return network(
    layers,
    ({ emb, rnn: run, out }, input) => ({ logits: out(run(emb(read(input))).output) }),
    ({ logits }, input) => crossEntropyInWords(stored.config, logits ?? read(input), labels(input)),
  );
};

const modelWords = /^embedding - (\w+)(?: \(zero initial state\))? - linear$/;

const labellers: Family = {
  name: "recurrent models of sequences",
  includes: ({ model }) => typeof model === "string" && modelWords.test(model),
  build: (stored) => {
    const [, kind = ""] = modelWords.exec(words(stored.config, "model")) ?? [];
    if (stored.inputs["tags"] !== undefined)
      return labeller(
        stored,
        kind.toLowerCase(),
        (input) => input("ids"),
        (input) => input("tags"),
      );
    if (!words(stored.config, "loss").includes("targets = ids shifted by one"))
      throw new NotUnderstood(`loss ${JSON.stringify(stored.config["loss"])}`);
    return labeller(
      stored,
      kind.toLowerCase(),
      (input) => shifted(input("ids")).before,
      (input) => shifted(input("ids")).next,
    );
  },
};

export const recurrentCases: readonly Family[] = [labellers];
