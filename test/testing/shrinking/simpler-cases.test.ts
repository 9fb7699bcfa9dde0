// The shrinker on drawn graphs and on graphs written by hand: candidates are sound and smaller, every rule does what it says,
// and a failing case comes down to what it is about.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateEntry } from "../../../src/backends/reference/interpreter.ts";
import type { Node } from "../../../src/ir/graph/graph.ts";
import { verifyGraph } from "../../../src/ir/graph/verify.ts";
import { computingOps, type GraphCase, graphs } from "../../../src/testing/arbitraries/graph.ts";
import { isSimpler } from "../../../src/testing/shrinking/measure.ts";
import { minimize } from "../../../src/testing/shrinking/minimize.ts";
import { computingNodes } from "../../../src/testing/shrinking/rule.ts";
import { rules, simplerCases, simplerFrom } from "../../../src/testing/shrinking/simpler-cases.ts";
import { caseOf, textOf } from "./support.ts";

const first = <T>(items: Iterable<T>, count: number): readonly T[] => {
  const taken: T[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
};

describe("simpler cases of drawn graphs", () => {
  const drawn = fc.sample(graphs({ maxSteps: 8, maxElements: 256 }), { numRuns: 25, seed: 11 });

  test("are well formed, run, and are simpler, whatever the rule", () => {
    for (const each of drawn)
      for (let rule = 0; rule < rules.length; rule++)
        for (const { simpler } of first(simplerFrom(each, rule), 4)) {
          expect(verifyGraph(simpler.graph)).toEqual([]);
          expect(isSimpler(simpler, each)).toBe(true);
          for (const { name } of simpler.graph.entries)
            evaluateEntry(simpler.graph, name, simpler.feeds, simpler.parameters);
        }
  });

  test("are the same ones every time", () => {
    for (const each of drawn.slice(0, 5)) {
      const texts = () => first(simplerCases(each), 30).map(textOf);
      expect(texts()).toEqual(texts());
    }
  });

  test("nothing is simpler than itself", () => {
    for (const each of drawn) expect(isSimpler(each, each)).toBe(false);
  });
});

test.each(computingOps.filter((kind) => kind !== "constant"))(
  "%s: a failure that only needs one comes down to it alone",
  async (kind) => {
    const has = ({ graph }: GraphCase): boolean => computingNodes(graph).some(({ op }) => op === kind);
    const failing = fc
      .sample(graphs({ ops: [kind, "binary", "unary"], maxSteps: 10 }), { numRuns: 60, seed: 5 })
      .filter(has);
    expect(failing.length).toBeGreaterThan(5);
    for (const each of failing.slice(0, 3)) {
      const { drawn, isMinimal } = await minimize(each, has);
      expect(isMinimal).toBe(true);
      expect(computingNodes(drawn.graph).map(({ op }) => op)).toEqual([kind]);
    }
  },
);

/** What is left of a case when a node of some kind is all that matters. */
const minimal = async (drawn: GraphCase, fails: (nodes: readonly Node[], drawn: GraphCase) => boolean) =>
  textOf((await minimize(drawn, (each) => fails(computingNodes(each.graph), each))).drawn);

const opsOf = (nodes: readonly Node[]): string => nodes.map(({ op }) => op).join(" ");

describe("rules", () => {
  test("truncate, cut and bypass leave the nodes that matter", async () => {
    const drawn = caseOf(`
      graph @long(%x: f32[4, 3], %w: f32[3, 5]) {
        %0 = unary %x {fn = exp} : f32[4, 3]
        %1 = matmul %0, %w : f32[4, 5]
        %2 = unary %1 {fn = relu} : f32[4, 5]
        %3 = unary %2 {fn = tanh} : f32[4, 5]
        %4 = reduce %3 {fn = sum, axes = [1]} : f32[4]
        %5 = unary %4 {fn = sqrt} : f32[4]
        entry @main(loss = %5, other = %1)
      }`);
    const found = await minimal(drawn, (nodes) => /unary.* reduce/.test(opsOf(nodes)));
    expect(found).toBe(
      [
        "graph @long(%x0: f32[]) {",
        "  %0 = unary %x0 {fn = neg} : f32[]",
        "  %1 = reduce %0 {fn = sum, axes = []} : f32[]",
        "  entry @main(loss = %1)",
        "}",
        "x0 = 0",
      ].join("\n"),
    );
  });

  test("entry points, updates and leaves become as few as they can", async () => {
    const drawn = caseOf(`
      graph @step(%x: f32[2], %y: f32[2]) {
        %0 = parameter {name = "w"} : f32[2]
        %1 = binary %x, %0 {fn = mul} : f32[2]
        %2 = binary %1, %y {fn = sub} : f32[2]
        %3 = constant {value = 0.1} : f32[2]
        %4 = binary %3, %2 {fn = mul} : f32[2]
        entry @predict(out = %1)
        entry @step(loss = %2) updates(w = %4)
      }`);
    expect(await minimal(drawn, (nodes) => nodes.length > 0)).toBe(
      "graph @step(%x: f32[]) {\n  %0 = unary %x {fn = neg} : f32[]\n  entry @predict(out = %0)\n}\nx = 0",
    );
    const updates = await minimal(drawn, (_, { graph }) => graph.entries.some(({ updates }) => updates.length > 0));
    expect(updates).toContain("entry @step() updates(w = %0)");
  });

  test("an extent shrinks wherever it occurs, through reshapes, slices, padding and concatenation", async () => {
    const drawn = caseOf(`
      graph @moves(%x: f32[6, 4]) {
        %0 = reshape %x : f32[24]
        %1 = slice %0 {starts = [2], ends = [20], steps = [1]} : f32[18]
        %2 = pad %1 {low = [3], high = [3], interior = [0], value = 0} : f32[24]
        %3 = concat %2, %0 {axis = 0} : f32[48]
        entry @main(y = %3)
      }`);
    const found = await minimal(drawn, (nodes) => opsOf(nodes) === "reshape slice pad concat");
    expect(found).toContain("%x: f32[1]");
    expect(found).toContain("concat %2 {axis = 0} : f32[1]");
  });

  test("a leaf follows the shape of what it is added to", async () => {
    const drawn = caseOf(`
      graph @conv(%x: f32[2, 3, 8, 8], %w: f32[4, 3, 3, 3], %b: f32[2, 4, 6, 6]) {
        %0 = conv2d %x, %w {stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], groups = 1} : f32[2, 4, 6, 6]
        %1 = binary %0, %b {fn = add} : f32[2, 4, 6, 6]
        entry @main(y = %1)
      }`);
    const found = await minimal(
      drawn,
      (nodes) => opsOf(nodes) === "conv2d binary" && nodes[1]?.operands[0] !== nodes[1]?.operands[1],
    );
    expect(found).toContain("conv2d %x, %x");
    expect(found).toMatch(/%1 = binary %0, %[xb] \{fn = add\} : f32\[1, 1, 1, 1\]/);
  });

  test("conversions go once there is one element type", async () => {
    const drawn = caseOf(`
      graph @wide(%x: f64[2]) {
        %0 = unary %x {fn = exp} : f64[2]
        %1 = cast %0 : f32[2]
        %2 = unary %1 {fn = tanh} : f32[2]
        entry @main(y = %2)
      }`);
    const fns = (nodes: readonly Node[]): boolean =>
      ["exp", "tanh"].every((fn) => nodes.some((node) => node.op === "unary" && node.attrs.fn === fn));
    const found = await minimal(drawn, fns);
    expect(found).toContain("%0 = unary %x {fn = exp} : f32[]\n  %1 = unary %0 {fn = tanh} : f32[]");
  });

  test("indices stay in range of what they index", async () => {
    const drawn: GraphCase = caseOf(
      `graph @rows(%table: f32[7, 3], %at: i32[4]) {
        %0 = gather %table, %at {axis = 0} : f32[4, 3]
        entry @main(y = %0)
      }`,
      { at: [6, 5, 0, 3] },
    );
    for (const simpler of simplerCases(drawn)) expect(Math.max(...(simpler.feeds["at"]?.data ?? [0]))).toBeLessThan(7);
    const found = await minimal(drawn, (nodes) => opsOf(nodes) === "gather");
    expect(found).toContain("gather %table, %at {axis = 0} : f32[1]");
    expect(found).toContain("at = 0");
  });

  test("bodies lose their nodes, and ops what their bodies do not read", async () => {
    const drawn = caseOf(`
      graph @loop(%h: f32[2], %x: f32[5, 2], %w: f32[2, 2]) {
        %0, %1 = scan %h, %x, %w {carried = 1, sequences = 1, length = 5, body = (%a: f32[2], %b: f32[2], %c: f32[2, 2]) {
          %0 = binary %a, %b {fn = add} : f32[2]
          %1 = unary %0 {fn = tanh} : f32[2]
          %2 = reduce %c {fn = sum, axes = [0]} : f32[2]
          %3 = binary %1, %2 {fn = mul} : f32[2]
          yield %3, %1
        }} : f32[2], f32[5, 2]
        entry @main(y = %1)
      }`);
    const found = await minimal(drawn, (nodes) => opsOf(nodes) === "scan");
    expect(found).toContain("yield %a, %a");
    expect(found).not.toContain("%c");
  });

  test("numbers become 0, then 1, then short", async () => {
    const drawn = caseOf("graph @sum(%x: f32[3]) {\n  %0 = unary %x {fn = exp} : f32[3]\n  entry @main(y = %0)\n}", {
      x: [Math.fround(0.12345), Number.NaN, 5e-45],
    });
    const element = (each: GraphCase, holds: (value: number) => boolean): boolean =>
      Object.values(each.feeds).some(({ data }) => data.some(holds));
    expect(await minimal(drawn, (nodes, each) => nodes.length > 0 && element(each, Number.isNaN))).toContain("x = NaN");
    expect(await minimal(drawn, (nodes, each) => nodes.length > 0 && element(each, (x) => x > 0 && x < 1))).toMatch(
      /x = 0\.10*\d*$/,
    );
    expect(await minimal(drawn, (nodes, each) => nodes.length > 0 && element(each, (x) => x > 0))).toContain("x = 1");
  });
});

test("a budget ends it early, and says so", async () => {
  const [drawn] = fc.sample(graphs(), { numRuns: 1, seed: 3 });
  const { checks, isMinimal } = await minimize(drawn ?? caseOf(""), () => true, { checks: 3 });
  expect([checks, isMinimal]).toEqual([3, false]);
});
