// Whatever is exported has a family of random calls in test/types/agreement, where its static rule is held to what it does, or says
// here why not.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import * as functions from "../../src/ir/functions/index.ts";
import * as nn from "../../src/nn/index.ts";
import { families } from "../types/agreement/families/index.ts";

/** What has no family, and why. */
const exceptions: Readonly<Record<string, string>> = {
  define: "gives a function by a signature, which test/types/functions-agreement.test.ts draws",
  customGradient: "gives a function the type of its definition, which test/types/custom-gradients.ts looks at",
  "nn.additiveAttention": "the function of this name over parameters",
  "nn.invertedResidual": "convolutions, normalizations and a sum, as residualBlock is",
  "nn.learnedPositions": "its table is cut to the positions of the sequence, which keeps its shape",
  "nn.transformer": "a whole network of layers that have families",
  "nn.transformerDecoder": "layers in a row",
  "nn.transformerDecoderLayer": "attention and a feed-forward network, as transformerEncoderLayer is",
  "nn.transformerEncoder": "layers in a row",
  "nn.gpt": "a whole network of layers that have families",
  "nn.llama": "a whole network of layers that have families",
  "nn.translationTransformer": "a whole network of layers that have families",
  "nn.visionTransformer": "a whole network of layers that have families",
};

const called = new Set(
  Object.values(families).flatMap((family) =>
    fc
      .sample(family, { numRuns: 400, seed: 1 })
      .map(({ name, layer, isLoss }) => (layer === undefined && isLoss !== true ? name : `nn.${name}`)),
  ),
);

const namesOf = (table: object): readonly string[] =>
  Object.entries(table).flatMap(([name, value]) => (typeof value === "function" ? [name] : []));

const exported = [
  ...namesOf(functions),
  // Pooling has no parameters: the entry of layers exports the functions.
  ...namesOf(nn)
    .filter((name) => !/Pool/.test(name))
    .map((name) => `nn.${name}`),
];

test("every function and layer is called at random, or says why not", () => {
  expect(exported.filter((name) => !called.has(name) && !Object.hasOwn(exceptions, name))).toEqual([]);
});

test("no exception is called, or gone", () => {
  expect(Object.keys(exceptions).filter((name) => called.has(name) || !exported.includes(name))).toEqual([]);
});
