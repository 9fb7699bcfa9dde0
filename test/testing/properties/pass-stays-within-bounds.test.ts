// Passes that move roundings stay within the bounds of the oracle, on graphs in which they have something to do, gradients and
// fully masked rows included; and those that change the meaning by a little are found out.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { order } from "../../../src/ir/graph/analysis.ts";
import { edit } from "../../../src/ir/graph/edit.ts";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { decompose } from "../../../src/passes/decompose.ts";
import { everywhere } from "../../../src/passes/everywhere.ts";
import type { Pass } from "../../../src/passes/pass.ts";
import {
  attentionCase,
  attentionSpellings,
  type GraphCase,
  graphs,
  motifs,
  passStaysWithinBounds,
  recurrencePasses,
  roundingPasses,
} from "../../../src/testing/index.ts";
import { expectCaught, expectHolds } from "./holding.ts";

const matching = (pattern: RegExp) => Object.fromEntries(Object.entries(motifs).filter(([name]) => pattern.test(name)));

const spelt: fc.Arbitrary<GraphCase> = fc
  .tuple(attentionSpellings(), fc.nat(1_000_000))
  .map(([spelling, seed]) => attentionCase(spelling, seed));

const drawn: fc.Arbitrary<GraphCase> = fc.oneof(
  graphs(),
  graphs({ gradients: true, values: ["normal", "whole"] }),
  graphs({
    motifs: matching(/attention|norm|softmax|entropy|lstm|gru|rnn|scan/i),
    motifShare: 0.8,
    values: ["normal", "ties"],
  }),
  spelt,
);

describe("passes that move roundings stay within bounds", () => {
  test.each([...roundingPasses, ...recurrencePasses].map((pass) => [pass.name, pass] as const))(
    "%s",
    async (_, pass) => {
      await expectHolds(passStaysWithinBounds(pass), drawn, roundingPasses.includes(pass) ? 60 : 30);
    },
  );
});

/** A pass with a mistake behind it: the first op of a kind computes something else. */
const spoilt = (pass: Pass<Graph, Graph>, op: string, attrs: object): Pass<Graph, Graph> => ({
  ...pass,
  run: (graph) => {
    const after = pass.run(graph);
    const node = order(after).find((each) => each.op === op && each.results.every(({ type }) => type.dtype === "f32"));
    return after === graph || node === undefined
      ? after
      : edit(after, (editor) => {
          const [made] = editor.emit(node.op, [...node.operands], { ...node.attrs, ...attrs });
          const [first] = node.results;
          if (made !== undefined && first !== undefined) editor.replace(first.id, made);
        }).graph;
  },
});

describe("passes that are wrong are found out", () => {
  test.each([
    ["a composite that multiplies where it should add", spoilt(everywhere(decompose), "binary", { fn: "mul" }), 200],
    ["an exponential that is one of 2", spoilt(decompose, "unary", { fn: "expm1" }), 400],
  ] as const)("%s", async (_, pass, within) => {
    const { what } = await expectCaught(passStaysWithinBounds(pass), drawn, within);
    expect(what).toMatch(/further from the meaning/);
  });
});
