// Blocks and models that the library has whole are the networks of cases that the families build from smaller layers.
import { join } from "node:path";
import { expect, test } from "vitest";
import { type BackendName, expectShape } from "../../src/index.ts";
import { invertedResidual, residualBlock, visionTransformer } from "../../src/nn/index.ts";
import { compareModule, judge } from "./check-case.ts";
import { ownCases } from "./command.ts";
import { crossEntropyInWords } from "./families/losses.ts";
import { type Arrays, type ModuleCase, readCase } from "./golden-case.ts";
import { type Network, network, output } from "./network.ts";

const stored = (name: string): ModuleCase => {
  const read = readCase(join(ownCases, `${name}.json`));
  if (read.kind !== "module") throw new Error(`${name} is no module`);
  return read;
};

const renamed = (arrays: Arrays, from: RegExp, to: string): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name.replace(from, to), array]));

/** The case with the one layer of its model as the first of a list. */
const withListOfLayers = (name: string): ModuleCase => {
  const read = stored(name);
  const list = (arrays: Arrays): Arrays => renamed(arrays, /^layer\./, "layers.0.");
  const { expected, parameters } = read;
  return { ...read, parameters: list(parameters), expected: { ...expected, gradients: list(expected.gradients) } };
};

const rows: readonly (readonly [stored: ModuleCase, described: Network])[] = [
  [stored("resnet_block_train"), network(residualBlock(4, 4), (block, input) => ({ y: block(input("x")) }))],
  ...["resnet_block_down_train", "resnet_block_down_eval"].map(
    (name) =>
      [
        stored(name),
        network(residualBlock(3, 4, { stride: 2 }), (block, input) => ({ y: block(input("x")) })),
      ] as const,
  ),
  [
    stored("mobile_block_eval"),
    network(invertedResidual(3, 3, { expansion: 3 }), (block, input) => ({ y: block(input("x")) })),
  ],
  [
    withListOfLayers("vit_tiny"),
    network(
      visionTransformer({
        image: 8,
        patch: 4,
        channels: 1,
        features: 8,
        heads: 2,
        layers: 1,
        feedForward: 16,
        classes: 5,
        finalNorm: false,
      }),
      (classify, input) => ({ logits: classify(expectShape(input("x"), [2, 1, 8, 8])) }),
      (outputs, input) =>
        crossEntropyInWords({ loss: "cross-entropy mean" }, output(outputs, "logits"), input("label")),
    ),
  ],
];

const backends: readonly BackendName[] = ["reference", "wasm"];

test.each(rows.flatMap(([of, described]) => backends.map((backend) => [of.name, backend, of, described] as const)))(
  "%s on %s",
  (name, backend, of, described) => {
    const { passed, detail } = judge(name, backend, compareModule(described, of, backend));
    expect({ passed, detail }).toEqual({ passed: true, detail });
  },
);
