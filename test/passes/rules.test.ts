import { P } from "ts-pattern";
import { describe, expect, test } from "vitest";
import { definitionOf } from "../../src/ir/graph/analysis.ts";
import { type View, view } from "../../src/ir/graph/view.ts";
import { exactRules } from "../../src/passes/pipelines.ts";
import { rewrite } from "../../src/passes/rewrite.ts";
import { binary, ruleIndex, rules, unary } from "../../src/passes/rules.ts";
import { graphOf, opsOf } from "./support.ts";

const x = P.select("x");
const y = P.select("y");
const vector = { dtype: "f32", shape: [2] } as const;

const sample = rules("sample", {
  negatedSum: (node) =>
    node.with(
      { op: "unary", attrs: { fn: "neg" }, args: [{ op: "binary", attrs: { fn: "add" }, args: [x, y] }] },
      ({ x, y }) => binary("sub", unary("neg", x), y),
    ),
  anything: (node) => node.with({ type: { dtype: "u8" } }, () => undefined),
  eitherExtreme: (node) =>
    node
      .with({ op: "binary", attrs: { fn: "max" }, args: [x, { op: "constant" }] }, ({ x }) => x)
      .with({ op: "binary", attrs: { fn: P.union("min", "pow") }, args: [x, P._] }, ({ x }) => x),
});

const outputView = (graph: ReturnType<typeof graphOf>): View => {
  const value = graph.entries[0]?.outputs[0]?.value;
  if (value === undefined) throw new Error("no output");
  return view({ resolve: (id) => id, definition: (id) => definitionOf(graph, id) }, value);
};

describe("recording", () => {
  test("rules are named by their group and clause", () => {
    expect(sample.rules.map(({ name }) => name)).toEqual([
      "sample/negatedSum",
      "sample/anything",
      "sample/eitherExtreme",
    ]);
  });

  test("names are unique across the standard rules", () => {
    const names = exactRules.flatMap(({ rules: own }) => own.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
  });

  test("outlines hold the patterns of ops and functions, and of operands what is literal", () => {
    expect(sample.rules.map(({ outlines }) => outlines)).toEqual([
      [{ op: "unary", fn: "neg", operands: ["binary"] }],
      [{ op: undefined, fn: undefined, operands: undefined }],
      [
        { op: "binary", fn: "max", operands: [undefined, "constant"] },
        { op: "binary", fn: expect.any(Object) as unknown, operands: [undefined, undefined] },
      ],
    ]);
  });

  test("the standard rules are exact", () => {
    const classes = new Set(exactRules.flatMap(({ rules: own }) => own.map(({ numerics }) => numerics)));
    expect(classes).toEqual(new Set(["exact"]));
  });
});

describe("index", () => {
  const tried = (describeIt: Parameters<typeof graphOf>[0]): readonly string[] => {
    const node = outputView(graphOf(describeIt));
    return ruleIndex([sample])(node, () => node.args).map(({ name }) => name);
  };

  test("gives the rules whose outline a node fits", () => {
    expect(tried((t) => ({ y: t.input("a", vector).add(t.input("b", vector)).neg() }))).toEqual([
      "sample/negatedSum",
      "sample/anything",
    ]);
  });

  test("rejects by function and by the op of an operand", () => {
    expect(tried((t) => ({ y: t.input("a", vector).exp() }))).toEqual(["sample/anything"]);
    expect(tried((t) => ({ y: t.input("a", vector).neg() }))).toEqual(["sample/anything"]);
    expect(tried((t) => ({ y: t.input("a", vector).maximum(2) }))).toEqual(["sample/anything", "sample/eitherExtreme"]);
    expect(tried((t) => ({ y: t.input("a", vector).maximum(t.input("b", vector)) }))).toEqual(["sample/anything"]);
  });

  test("asks what matchers say of functions", () => {
    expect(tried((t) => ({ y: t.input("a", vector).minimum(2) }))).toEqual(["sample/anything", "sample/eitherExtreme"]);
    expect(tried((t) => ({ y: t.input("a", vector).add(2) }))).toEqual(["sample/anything"]);
  });

  test("lets every clause of a rule apply", () => {
    const graph = graphOf((t) => {
      const a = t.input("a", vector);
      return { y: a.minimum(a.exp()).maximum(3).add(a).neg() };
    });
    expect(opsOf(rewrite(graph, [sample]).graph)).toEqual(["input", "unary neg", "binary sub"]);
  });
});

describe("driver", () => {
  test("settles what a rule makes before it goes on", () => {
    const collapse = rules("collapse", {
      negTwice: (node) =>
        node.with(
          { op: "unary", attrs: { fn: "neg" }, args: [{ op: "unary", attrs: { fn: "neg" }, args: [x] }] },
          ({ x }) => x,
        ),
      absToNeg: (node) =>
        node.with({ op: "unary", attrs: { fn: "abs" }, args: [x] }, ({ x }) => unary("neg", unary("neg", x))),
    });
    const graph = graphOf((t) => ({ y: t.input("a", vector).abs().abs().exp() }));
    const { graph: rewritten, fired } = rewrite(graph, [collapse]);
    expect(opsOf(rewritten)).toEqual(["input", "unary exp"]);
    expect(Object.fromEntries(fired)).toEqual({ "collapse/absToNeg": 2, "collapse/negTwice": 2 });
  });

  test("names the rules that chase each other", () => {
    const chasing = rules("chasing", {
      sinToCos: (node) => node.with({ op: "unary", attrs: { fn: "sin" }, args: [x] }, ({ x }) => unary("cos", x)),
      cosToSin: (node) => node.with({ op: "unary", attrs: { fn: "cos" }, args: [x] }, ({ x }) => unary("sin", x)),
    });
    const graph = graphOf((t) => ({ y: t.input("a", vector).sin() }));
    expect(() => rewrite(graph, [chasing])).toThrow(
      /^rewrite rules chase each other: chasing\/(sinToCos|cosToSin), chasing/,
    );
  });

  test("names a rule whose operands grow for ever", () => {
    const growing = rules("growing", {
      nest: (node) =>
        node.with({ op: "unary", attrs: { fn: "sin" }, args: [x] }, ({ x }) => unary("exp", unary("sin", x))),
    });
    const graph = graphOf((t) => ({ y: t.input("a", vector).sin() }));
    expect(() => rewrite(graph, [growing])).toThrow("rewrite rules chase each other: growing/nest");
  });

  test("names the rule that changes a type", () => {
    const wrong = rules("wrong", { dropReduce: (node) => node.with({ op: "reduce", args: [x] }, ({ x }) => x) });
    const graph = graphOf((t) => ({ y: t.input("a", vector).sum() }));
    expect(() => rewrite(graph, [wrong])).toThrow("rule wrong/dropReduce changes the type of a value");
  });

  test("new nodes keep the place of the node they stand for", () => {
    const graph = graphOf((t) => ({ y: t.input("a", vector).add(1).neg() }));
    const negation = [...graph.nodes.values()].find((node) => node.op === "unary");
    const { graph: rewritten } = rewrite(graph, [sample]);
    const made = [...rewritten.nodes.values()].find((node) => node.op === "binary" && node.attrs.fn === "sub");
    expect(made?.location).toBe(negation?.location);
    expect(made?.location).toBeDefined();
  });
});
