// Bodies and functions in the text of a graph: read as they were printed, and counted with what they are applied in.
import { describe, expect, test } from "vitest";
import { describeBody } from "../../../src/ir/graph/body.ts";
import { emitMany } from "../../../src/ir/graph/traced-tensor.ts";
import { sameGraph } from "../../../src/ir/text/equal.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";
import { printGraph } from "../../../src/ir/text/print.ts";
import { limits } from "../../../src/ir/types/limits.ts";
import { graphOf } from "../../passes/support.ts";

const element = { dtype: "f32", shape: [3] } as const;
const step = describeBody([element, element], ([h, x]) => (h && x ? [h.add(x).tanh()] : []));
const square = describeBody([element], ([a]) => (a ? [a.mul(a)] : []));
const flow = describeBody([element, element, element], ([, , c]) => (c ? [c] : []));

const graph = graphOf((trace) => {
  const [h, x] = [trace.input("h", element), trace.input("x", { dtype: "f32", shape: [4, 3] })];
  const attrs = { carried: 1, sequences: 1, length: 4, reverse: false, body: step };
  const [last = h] = emitMany(trace, "scan", [h, x], attrs);
  const [once = h] = emitMany(trace, "apply", [last], { name: "square", body: square });
  const [twice = h] = emitMany(trace, "apply", [once], { name: "square", body: square });
  const [own = h] = emitMany(trace, "call", [twice], { name: "own", body: square, wanted: [0], gradient: flow });
  return { own };
});

const text = `graph @test(%h: f32[3], %x: f32[4, 3]) {
  function @square(%x0: f32[3]) {
    %0 = binary %x0, %x0 {fn = mul} : f32[3]
    yield %0
  }
  %0 = scan %h, %x {carried = 1, sequences = 1, length = 4, body = (%x0: f32[3], %x1: f32[3]) {
    %0 = binary %x0, %x1 {fn = add} : f32[3]
    %1 = unary %0 {fn = tanh} : f32[3]
    yield %1
  }} : f32[3]
  %1 = apply %0 {name = "square", body = @square} : f32[3]
  %2 = apply %1 {name = "square", body = @square} : f32[3]
  %3 = call %2 {name = "own", body = (%x0: f32[3]) {
    %0 = binary %x0, %x0 {fn = mul} : f32[3]
    yield %0
  }, wanted = [0], gradient = (%x0: f32[3], %x1: f32[3], %x2: f32[3]) {
    yield %x2
  }} : f32[3]
  entry @main(own = %3)
}
`;

describe("a graph with bodies", () => {
  test("is printed with a function once, wherever it is applied", () => expect(printGraph(graph)).toBe(text));

  test("is read as it was printed", () => {
    const back = parseGraph(text);
    expect(printGraph(back)).toBe(text);
    expect(sameGraph(back, graph)).toBe(true);
  });

  test.each([
    ["gradient = (", "gradient = @square, other = (", "a body such as (%x: f32[2]) { yield %x }"],
    ["body = @square}", "body = 3}", "a function such as @twice"],
    ["gradient = (%x0: f32[3], %x1: f32[3], %x2: f32[3]) {\n    yield %x2\n  }", "gradient = 3", "a body such as"],
  ])("is refused with %j for %j", (written, put, says) => {
    expect(() => parseGraph(text.replace(written, put))).toThrow(says);
  });
});

describe("what functions stand for", () => {
  /** A function of two nodes beside its input, applied so many times one after the other. */
  const applied = (times: number): string =>
    [
      "graph @g(%x: f32[3]) {",
      "  function @f(%a: f32[3]) {",
      "    %0 = unary %a {fn = exp} : f32[3]",
      "    %1 = unary %0 {fn = tanh} : f32[3]",
      "    yield %1",
      "  }",
      ...Array.from(
        { length: times },
        (_, at) => `  %${at} = apply ${at === 0 ? "%x" : `%${at - 1}`} {name = "f", body = @f} : f32[3]`,
      ),
      `  entry @main(y = %${times - 1})`,
      "}",
    ].join("\n");

  /** The fewest nodes that a limit must allow. */
  const fewest = (source: string): number => {
    for (let nodes = 1; ; nodes++)
      try {
        parseGraph(source, { nodes });
        return nodes;
      } catch (error) {
        expect(String(error)).toContain("W134");
      }
  };

  test("counts as often as it is applied", () => {
    const [one, two, five] = [1, 2, 5].map((times) => fewest(applied(times)));
    expect([(two ?? 0) - (one ?? 0), (five ?? 0) - (two ?? 0)]).toEqual([4, 12]);
  });
});

describe("an extent", () => {
  const read = (extent: string) => parseGraph(`graph @g(%x: f32[${extent}]) {\n}`);

  test("stands beside as many others as a tensor may have", () => {
    const units = (rank: number) => read(Array.from({ length: rank }, () => "1").join(", "));
    expect(units(limits.rank).inputs).toHaveLength(1);
    expect(() => units(limits.rank + 1)).toThrow(`W132: graph text: ${limits.rank + 1} axes`);
  });
});
