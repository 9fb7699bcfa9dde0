// Whatever a text says, reading it gives a valid graph or a `WeftError` that points into it; never anything else.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WeftError } from "../../../src/ir/diagnostics/diagnostic.ts";
import { verifyGraph } from "../../../src/ir/graph/verify.ts";
import { parseGraph } from "../../../src/ir/text/parse.ts";
import { printGraph } from "../../../src/ir/text/print.ts";
import { graphs } from "../../../src/testing/arbitraries/graph.ts";

/** Reads a text; says whether it was a graph. */
const read = (text: string): boolean => {
  try {
    const graph = parseGraph(text, { file: "fuzz.weft" });
    expect(verifyGraph(graph)).toEqual([]);
    const printed = printGraph(graph);
    expect(printGraph(parseGraph(printed))).toBe(printed);
    return true;
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    const frame = error.diagnostics[0]?.location?.();
    expect(frame?.file).toBe("fuzz.weft");
    const lines = text.split("\n");
    const line = lines[(frame?.line ?? 0) - 1];
    expect(line).toBeDefined();
    expect(frame?.column).toBeGreaterThan(0);
    expect(frame?.column).toBeLessThanOrEqual((line?.length ?? 0) + 1);
    return false;
  }
};

const words = [
  ..."graph entry updates contents elided loc input parameter constant data unary binary reduce matmul reshape".split(
    " ",
  ),
  ..."broadcast slice softmax concat transpose conv2d windows iota pad argmax scatterAdd oneHot randomBits".split(" "),
  ..."fn add exp sum axis axes shape value name id keepDims transposeB starts ends steps f32 i32 bool f64 u8".split(
    " ",
  ),
  ...'( ) { } [ ] = : , + - * / % @ " \\ %0 %1 %x @main 0 1 2 -1 0.5 1e300 nan inf B T floor true false'.split(" "),
  "[2, 3]",
  "f32[B, 4]",
  "{fn = add}",
  "entry @main(y = %0)",
  "floor((B+1)/2)",
  "// comment\n",
  "\n",
  '"a"',
];

describe("parseGraph", () => {
  it("refuses random characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(read(text)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("refuses random words of the language", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 60 }), (text) => {
        read(`graph @g(%x: f32[B, 4]) {\n${text.join(" ")}\n}`);
        read(text.join(" "));
      }),
      { numRuns: 1000 },
    );
  });

  it("refuses or reads graphs with pieces cut out, doubled and put in", () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(12),
      by: fc.oneof(fc.constant(undefined), fc.constant(""), fc.constantFrom(...words), fc.string({ maxLength: 4 })),
    });
    let graphsRead = 0;
    fc.assert(
      fc.property(
        graphs({ maxSteps: 4, maxElements: 64 }),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        ({ graph }, changes) => {
          let text = printGraph(graph);
          for (const { at, length, by } of changes) {
            const start = Math.floor(at * text.length);
            const piece = text.slice(start, start + length);
            text =
              text.slice(0, start) + (by ?? piece + piece) + text.slice(start + (by === undefined ? length : length));
          }
          if (read(text)) graphsRead++;
        },
      ),
      { numRuns: 1500 },
    );
    expect(graphsRead).toBeGreaterThan(10);
  });

  it("refuses or reads graphs whose words are exchanged", () => {
    const token = /%?\w+|"[^"]*"|[^\s\w]/g;
    fc.assert(
      fc.property(
        graphs({ maxSteps: 4, maxElements: 64 }),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 2 }),
        ({ graph }, exchanges) => {
          const printed = printGraph(graph);
          const tokens = printed.match(token) ?? [];
          const gaps = printed.split(token);
          for (const [left, right] of exchanges) {
            const [a, b] = [left % tokens.length, right % tokens.length];
            [tokens[a], tokens[b]] = [tokens[b] ?? "", tokens[a] ?? ""];
          }
          read(gaps.map((gap, position) => gap + (tokens[position] ?? "")).join(""));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it("refuses what would take long or deep", () => {
    const extents = [
      "(".repeat(100_000),
      `${"floor(".repeat(100_000)}B`,
      Array.from({ length: 200 }, () => "(a+b+c+d+e+f+g)").join("*"),
      Array.from({ length: 200 }, () => "floor((a+b+c+d+e+f+g)/1)").join("*"),
      `${"-".repeat(100_000)}1`,
    ];
    for (const extent of extents) expect(read(`graph @g(%x: f32[${extent}]) {}`)).toBe(false);
  });

  it("reads long blanks, long comments and long strings", () => {
    const blanks = " \n".repeat(200_000) + "// so\n".repeat(200_000) + `// ${"x".repeat(1_000_000)}\n`;
    expect(read(`${blanks}graph @g(%x: f32[]) {${blanks}entry @main(y = %x)}${blanks}`)).toBe(true);
    const base64 = "AAAAAAAA".repeat(250_000);
    const text = `graph @g() { %0 = data {id = "d"} : u8[1500000] entry @main(y = %0) contents "d" : u8 = "${base64}" }`;
    expect(read(text)).toBe(true);
  });
});
