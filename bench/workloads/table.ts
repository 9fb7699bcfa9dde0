// The table of workloads: what is measured, at which sizes, and what is wanted of it. A further one is a row here.
import type { Network } from "../networks/network.ts";
import { charactersLoss, lenet, lenetLoss, perceptron, perceptronLoss, resnet18 } from "../networks/zoo/classifiers.ts";
import {
  chainOfTen,
  convolution,
  elementwise,
  normalizedRows,
  recurrence,
  softmaxRows,
  weightProduct,
} from "../networks/zoo/layers.ts";
import { decoder, decoderLoss, encoder } from "../networks/zoo/transformers.ts";
import { wideAndDeep } from "../networks/zoo/wide-and-deep.ts";
import type { AttentionTask } from "./attention.ts";
import { ahead, aheadOf, type Goal, ofPeak } from "./goal.ts";
import type { Row, Workload } from "./index.ts";
import type { CompileTask } from "./tasks.ts";

/** Eight heads of 64 features over one sequence. */
const sequence = (length: number, causal: boolean): AttentionTask => {
  return { heads: 8, queries: length, keys: length, depth: 64, causal, cached: false };
};

const attention = (length: number, mask: "full" | "causal", goals: readonly Goal[] = []): Row => {
  return { name: `attention ${length} ${mask}`, kind: "attention", task: sequence(length, mask === "causal"), goals };
};

const attentionGradient = (length: number, mask: "full" | "causal", goals: readonly Goal[] = []): Row => ({
  name: `attention gradient ${length} ${mask}`,
  kind: "attentionGradient",
  task: sequence(length, mask === "causal"),
  goals,
});

/** Both operands are fed. */
const matmul = (size: number, goals: readonly Goal[] = []): Row => {
  return { name: `matmul ${size}`, kind: "matmul", task: { rows: size, inner: size, columns: size }, goals };
};

const network = (name: string, task: Network, goals: readonly Goal[] = []): Row => {
  return { name, kind: "network", task, goals };
};

/** The second operand is a weight. */
const byWeight = (sizes: readonly [number, number, number], goals: readonly Goal[] = [], transposed = false): Row =>
  network(
    `matmul by ${transposed ? "transposed " : ""}weight ${sizes.join("x")}`,
    weightProduct(...sizes, transposed),
    goals,
  );

/** A row in which contenders with two threads take part. */
const inThreads = (row: Row, least: number): Row => ({
  ...row,
  threads: true,
  goals: [...row.goals, { of: "weftgraph-2-threads", against: "weftgraph", least }],
});

/** A row in which ours takes part with relaxed numerics as well. */
const alsoRelaxed = (row: Row, least = 1.9): Row => ({
  ...row,
  relaxed: true,
  goals: [...row.goals, { of: "weftgraph-relaxed", against: "ort-web", least }],
});

const gemm: readonly Goal[] = [aheadOf("tfjs-wasm", 1.5), aheadOf("ort-web", 1.75), ofPeak(0.82)];

const products: readonly Row[] = [
  matmul(32, [aheadOf("tfjs-wasm", 3)]),
  matmul(128),
  alsoRelaxed(inThreads(matmul(256, gemm), 1.9)),
  alsoRelaxed(inThreads(matmul(512, gemm), 1.9)),
  alsoRelaxed(inThreads(matmul(1024, gemm), 1.9)),
  byWeight([32, 32, 32], [aheadOf("tfjs-wasm", 3)]),
  byWeight([128, 128, 128]),
  byWeight([256, 256, 256], gemm),
  byWeight([512, 512, 512], gemm),
  byWeight([1024, 1024, 1024], gemm),
  byWeight([8, 512, 512]),
  byWeight([8, 1024, 1024]),
  byWeight([128, 384, 1536], gemm),
  byWeight([128, 1536, 384], gemm),
  byWeight([32, 784, 128]),
  byWeight([128, 384, 1536], gemm, true),
  byWeight([1, 512, 512], [aheadOf("ort-web", 1.8)]),
  byWeight([1, 384, 1536], [aheadOf("ort-web", 1.8)]),
  byWeight([1, 1024, 1024], [aheadOf("ort-web", 1.8)]),
];

const attentions: readonly Row[] = [
  attention(256, "full"),
  attention(256, "causal"),
  attention(512, "full"),
  attention(512, "causal"),
  attention(1024, "full", [aheadOf("ort-web", 1.6)]),
  attention(1024, "causal", [aheadOf("ort-web", 3)]),
  attentionGradient(512, "full"),
  attentionGradient(512, "causal"),
  attentionGradient(1024, "full", ahead(6)),
  attentionGradient(1024, "causal", ahead(6)),
  attentionGradient(2048, "full", ahead(6)),
  attentionGradient(2048, "causal", ahead(6)),
  {
    name: "attention decoding 1 token, 1024 keys",
    kind: "attention",
    task: { ...sequence(1024, false), queries: 1, cached: true },
    goals: [],
  },
];

const miniLm = { layers: 6, batch: 1, positions: 128, features: 384, heads: 12, hidden: 1536 } as const;
const gpt = { layers: 4, batch: 1, positions: 256, features: 256, heads: 8, hidden: 1024 } as const;

const long = { steps: 100, features: 128, hidden: 256 } as const;
const alone = { ...long, batch: 1 } as const;
const eight = { ...long, batch: 8 } as const;

const recurrences: readonly Row[] = [
  network("LSTM batch 1", recurrence("lstm", alone), [aheadOf("ort-web", 1.35)]),
  network("LSTM batch 8", recurrence("lstm", eight), [aheadOf("ort-web", 1.65)]),
  network("BiLSTM batch 1", recurrence("lstm", alone, true), [aheadOf("ort-web", 1.35)]),
  network("BiLSTM batch 8", recurrence("lstm", eight, true), [aheadOf("ort-web", 1.6)]),
  network("GRU batch 1", recurrence("gru", alone), [aheadOf("ort-web", 1.35)]),
  network("GRU batch 8", recurrence("gru", eight), [aheadOf("ort-web", 1.6)]),
  network("RNN batch 1", recurrence("rnn", alone), [aheadOf("ort-web", 1.35)]),
  network("RNN batch 8", recurrence("rnn", eight), [aheadOf("ort-web", 1.6)]),
];

const classifier = [784, 512, 256, 10] as const;
const square = [1024, 1024] as const;

const perceptrons: readonly Row[] = [
  network("MLP batch 1", perceptron(1, classifier), ahead(2)),
  network("MLP batch 64", perceptron(64, classifier), ahead(1.7)),
];

const transformers: readonly Row[] = [
  inThreads(network("MiniLM-like encoder", encoder(miniLm), ahead(1.7)), 1.7),
  network("GPT-like decoder", decoder(gpt, 512), ahead(2)),
];

/** 64 channels of 56 x 56. */
const planes = [1, 64, 56, 56] as const;

const images: readonly Row[] = [
  network("LeNet-5 batch 1", lenet(1), ahead(2.5)),
  network("LeNet-5 batch 32", lenet(32), ahead(1.6)),
  alsoRelaxed(
    network("convolution 3x3, 64 to 64, 56x56", convolution(planes, 64, 3, { padding: 1 }), [aheadOf("ort-web", 1.9)]),
    3.7,
  ),
  network(
    "convolution 3x3 stride 2, 3 to 32, 224x224",
    convolution([1, 3, 224, 224], 32, 3, { stride: 2, padding: 1 }),
  ),
  network("convolution 1x1, 64 to 64, 56x56", convolution(planes, 64, 1)),
  network("depthwise 3x3, 64, 56x56", convolution(planes, 64, 3, { padding: 1, groups: 64 }), [
    aheadOf("ort-web", 4.5),
  ]),
  network("ResNet-18 at 64x64", resnet18(1, 64, 1000), ahead(1.5)),
];

const rows: readonly Row[] = [
  network("softmax 1024x1024", softmaxRows(...square), ahead(1.3)),
  network("layerNorm 1024x1024", normalizedRows(...square), ahead(5)),
  network("gelu of 1M", elementwise("gelu", square), [aheadOf("ort-web", 5)]),
  network("ten elementwise of 1M", chainOfTen(square), [aheadOf("ort-web", 6)]),
];

const training = (name: string, network: Network, optimizer: "sgd" | "adam", least: number): Row => {
  const goals = [aheadOf("jax", least)];
  return { name: `training step, ${name}`, kind: "training", task: { network, optimizer }, goals };
};

const nanoGpt = { layers: 4, batch: 8, positions: 64, features: 128, heads: 4, hidden: 512 } as const;
/** As many as in the text of Shakespeare that nanoGPT is usually tried on. */
const alphabet = 65;

const trainings: readonly Row[] = [
  training("MLP batch 64, SGD", perceptronLoss(64, classifier), "sgd", 2.2),
  training("LeNet-5 batch 32, Adam", lenetLoss(32), "adam", 30),
  training("char-LSTM, Adam", charactersLoss(50, 16, 128, alphabet), "adam", 6),
  training("nanoGPT-like, Adam", decoderLoss(nanoGpt, alphabet), "adam", 3.5),
];

const compile = (count: number): Row => {
  return { name: `compile ${count}`, kind: "compile", task: { network: () => wideAndDeep(count) }, goals: [] };
};

const gpt2 = { layers: 12, batch: 1, positions: 128, features: 768, heads: 12, hidden: 3072, tied: true } as const;
const gpt2Words = 50257;

/** In processes where nothing was compiled before. */
const compileOnce = (name: string, task: CompileTask, most: number): Row => {
  return { name, kind: "compile", task: { ...task, fresh: name }, goals: [{ against: "milliseconds", most }] };
};

const compilations: readonly Row[] = [
  ...[1000, 3000, 10_000, 30_000, 100_000].map(compile),
  compileOnce("compile GPT-2", { network: () => decoder(gpt2, gpt2Words) }, 1000),
  compileOnce("compile GPT-2's training", { network: () => decoderLoss(gpt2, gpt2Words), training: "adam" }, 3000),
];

const others: readonly Row[] = [
  {
    name: "cold start, MLP batch 32",
    kind: "coldStart",
    task: perceptron(32, [784, 128, 10]),
    goals: [{ against: "milliseconds", most: 5 }],
  },
  {
    name: "matmul 256 without WebAssembly",
    kind: "script",
    task: { rows: 256, inner: 256, columns: 256 },
    goals: [
      { of: "weftgraph-js", against: "GFLOP/s", least: 2.2 },
      { of: "weftgraph-closure", against: "weftgraph-js", least: 1 / 3 },
    ],
  },
];

const groups: Readonly<Record<string, readonly Row[]>> = {
  products,
  attention: attentions,
  perceptrons,
  transformers,
  recurrences,
  images,
  rows,
  training: trainings,
  compiling: compilations,
  others,
};

/** All workloads, in the order in which they run. */
export const workloads: readonly Workload[] = Object.entries(groups).flatMap(([group, members]) =>
  members.map((row): Workload => ({ ...row, group })),
);
