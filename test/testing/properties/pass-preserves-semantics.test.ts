// Passes keep every bit, on graphs as they are drawn and on larger ones that give them more to do; and passes that do not are found
// out: rules that are wrong for some numbers, rules that are wrong, a sweep that takes unlike nodes for the same.
import fc from "fast-check";
import { P } from "ts-pattern";
import { describe, expect, test } from "vitest";
import { order } from "../../../src/ir/graph/analysis.ts";
import { type Editor, edit } from "../../../src/ir/graph/edit.ts";
import type { Graph, Node } from "../../../src/ir/graph/graph.ts";
import { decompose } from "../../../src/passes/decompose.ts";
import { runPasses } from "../../../src/passes/manager.ts";
import type { Pass } from "../../../src/passes/pass.ts";
import { optimize, standard } from "../../../src/passes/pipelines.ts";
import { rewritePass } from "../../../src/passes/rewrite.ts";
import { type Clause, filled, make, rules, unary } from "../../../src/passes/rules.ts";
import { type GraphCase, graphs } from "../../../src/testing/arbitraries/graph.ts";
import { exactPasses, passPreservesSemantics } from "../../../src/testing/index.ts";
import {
  withCopies,
  withDeadCode,
  withIdentities,
  withNearCopies,
} from "../../../src/testing/properties/grow-graph.ts";
import { crowds, expressions } from "./expressions.ts";
import { expectCaught, expectHolds } from "./holding.ts";

/** Any ops, or only those that most rules are about, closer together. */
const drawn: fc.Arbitrary<GraphCase> = fc.oneof(
  graphs(),
  expressions,
  crowds,
  graphs({
    ops: "unary binary compare select cast clamp reshape transpose broadcast reduce concat slice".split(" ") as [],
    maxSteps: 16,
    maxElements: 256,
  }),
);

const growths = [(graph: Graph) => graph, withNearCopies, withCopies, withDeadCode, withIdentities];

const cases: fc.Arbitrary<GraphCase> = fc
  .tuple(drawn, fc.constantFrom(...growths))
  .map(([graphCase, grow]) => ({ ...graphCase, graph: grow(graphCase.graph) }));

describe("passes that move no rounding keep every bit", () => {
  test.each([...exactPasses, optimize].map((pass) => [pass.name, pass] as const))("%s", async (_, pass) => {
    await expectHolds(passPreservesSemantics(pass), cases, 120);
  });
});

test("the standard pipeline, verified after each pass, keeps every bit that decomposition keeps", async () => {
  const whole = {
    ...standard,
    run: (graph: Graph): Graph => runPasses(standard, graph, { verify: "each" }).program,
  };
  // A composite with a meaning of its own rounds once where its parts round often.
  // Where attention is found, or recurrences are refined, sums are taken in another order.
  const decomposed = graphs({ motifs: {}, values: ["normal", "whole"] }).map((drawn) => ({
    ...drawn,
    graph: decompose.run(optimize.run(drawn.graph)),
  }));
  await expectHolds(passPreservesSemantics(whole), decomposed, 60);
});

const x = P.select("x");
const y = P.select("y");

const byRule = (clause: Clause): Pass<Graph, Graph> => rewritePass("broken", "", [rules("broken", { rule: clause })]);

const zero = { op: "constant", attrs: { value: 0 } } as const;

/** A sweep in which some later node stands for an earlier one. */
const sharing = (isSame: (a: Node, b: Node, editor: Editor) => boolean): Pass<Graph, Graph> => ({
  name: "broken",
  summary: "",
  run: (graph) =>
    edit(graph, (editor) => {
      const before: Node[] = [];
      for (const node of order(graph)) {
        const [[first], [second]] = [before.find((each) => isSame(each, node, editor))?.results ?? [], node.results];
        const isFitting =
          first !== undefined && second !== undefined && JSON.stringify(first.type) === JSON.stringify(second.type);
        if (isFitting) editor.replace(second.id, first.id);
        else before.push(node);
      }
    }).graph,
});

const sameOperands = (a: Node, b: Node, { resolve }: Editor): boolean =>
  a.op === b.op && a.operands.length > 0 && a.operands.map(resolve).join() === b.operands.map(resolve).join();

const broken: readonly (readonly [name: string, pass: Pass<Graph, Graph>])[] = [
  [
    "x * 0 => 0, which NaN and infinities are not",
    byRule((node) =>
      node.with({ op: "binary", attrs: { fn: "mul" }, args: [P._, zero] }, (_, { type }) => filled(0, type)),
    ),
  ],
  [
    "x + 0 => x, which -0 is not",
    byRule((node) => node.with({ op: "binary", attrs: { fn: "add" }, args: [x, zero] }, ({ x }) => x)),
  ],
  [
    "sum(relu x) => relu(sum x)",
    byRule((node) =>
      node.with(
        {
          op: "reduce",
          attrs: P.select("attrs", { fn: "sum" }),
          args: [{ op: "unary", attrs: { fn: "relu" }, args: [x] }],
        },
        ({ attrs, x }) => unary("relu", make("reduce", attrs, x)),
      ),
    ),
  ],
  [
    "x - y => y - x",
    byRule((node) =>
      node.with({ op: "binary", attrs: { fn: "sub" }, args: [x, y] }, ({ x, y }, { type }) =>
        x.id < y.id && x.type.dtype === type.dtype ? make("binary", { fn: "sub" }, y, x) : undefined,
      ),
    ),
  ],
  ["nodes of equal operands are one, whatever their attributes", sharing(sameOperands)],
  [
    "nodes whose operands read alike without a comma are one",
    sharing(
      (a, b) =>
        a.op === b.op &&
        JSON.stringify(a.attrs) === JSON.stringify(b.attrs) &&
        a.operands.join("") === b.operands.join("") &&
        a.operands.length > 1,
    ),
  ],
  [
    "another name for an output",
    {
      name: "broken",
      summary: "",
      run: (graph) => ({
        ...graph,
        entries: graph.entries.map((entry) => ({
          ...entry,
          outputs: entry.outputs.map(({ value }, at) => ({ name: `z${at}`, value })),
        })),
      }),
    },
  ],
  [
    "an update that is lost",
    {
      name: "broken",
      summary: "",
      run: (graph) => ({
        ...graph,
        entries: graph.entries.map((entry) => Object.freeze({ ...entry, updates: Object.freeze([]) })),
      }),
    },
  ],
  [
    "nodes out of order",
    { name: "broken", summary: "", run: (graph) => ({ ...graph, nodes: new Map([...graph.nodes].toReversed()) }) },
  ],
];

/** Expressions, and graphs with parameters and with nodes that are nearly the same. */
const withParameters = fc.oneof(
  { arbitrary: expressions, weight: 3 },
  crowds,
  graphs({ maxSteps: 6 }).map((graphCase) => ({ ...graphCase, graph: withNearCopies(graphCase.graph) })),
);

describe("what is broken is caught", () => {
  test.each(broken)("%s", async (_, pass) => {
    const { what } = await expectCaught(passPreservesSemantics(pass), withParameters, 1000);
    expect(what).toContain("broken");
  });

  test("a pass that crashes", async () => {
    const crashing: Pass<Graph, Graph> = {
      name: "crashing",
      summary: "",
      run: () => {
        throw new TypeError("of undefined");
      },
    };
    const { what } = await expectCaught(passPreservesSemantics(crashing), graphs(), 1);
    expect(what).toBe("crashing ends in TypeError: of undefined");
  });
});
