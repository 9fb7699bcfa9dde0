// Cases as text and in files: what was written is read back to the bit, and whatever else a file holds is refused in words.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { WeftError } from "../../../src/ir/diagnostics/diagnostic.ts";
import { sameGraph } from "../../../src/ir/text/equal.ts";
import { type GraphCase, graphs } from "../../../src/testing/arbitraries/graph.ts";
import { parseCase, printCase } from "../../../src/testing/corpus/case-text.ts";
import { readCorpus, saveCase } from "../../../src/testing/corpus/corpus-file.ts";
import { caseOf } from "../shrinking/support.ts";

const folder = mkdtempSync(join(tmpdir(), "weft-corpus-"));
afterAll(() => rmSync(folder, { recursive: true }));

const expectSame = (one: GraphCase, other: GraphCase): void => {
  expect(sameGraph(one.graph, other.graph)).toBe(true);
  expect([other.feeds, other.parameters]).toEqual([one.feeds, one.parameters]);
};

test("a case is read back as it was, in every bit", () => {
  fc.assert(
    fc.property(graphs({ maxSteps: 5, maxElements: 256 }), (drawn) => {
      expectSame(drawn, parseCase(printCase(drawn, ["a remark\nof two lines"])));
    }),
    { numRuns: 60 },
  );
});

test("names do not have to be words", () => {
  const drawn = caseOf(
    'graph @"a b"(%"// values:": f32[1], %"__proto__": f32[2]) {\n  entry @main("y\\n" = %"__proto__", z = %"// values:")\n}',
  );
  expectSame(drawn, parseCase(printCase(drawn)));
});

test("mutated text is read, or refused with a WeftError", () => {
  const [drawn = caseOf("")] = fc.sample(graphs({ maxSteps: 3, maxElements: 16 }), { numRuns: 1, seed: 2 });
  const text = printCase(drawn);
  const outcome = (mutated: string): unknown => {
    try {
      return parseCase(mutated).graph.name;
    } catch (error) {
      return error;
    }
  };
  const outcomes = fc
    .sample(fc.tuple(fc.nat(text.length), fc.nat(12), fc.string({ maxLength: 6 })), { numRuns: 800, seed: 4 })
    .map(([at, length, by]) => outcome(text.slice(0, at) + by + text.slice(at + length)));
  const refused = outcomes.filter((each) => each instanceof WeftError);
  expect(outcomes.filter((each) => typeof each !== "string" && !(each instanceof WeftError))).toEqual([]);
  expect(refused.length).toBeGreaterThan(100);
});

describe("a corpus", () => {
  const drawn = caseOf("graph @one(%x: f32[2]) {\n  %0 = unary %x {fn = neg} : f32[2]\n  entry @main(y = %0)\n}", {
    x: [-0, Number.NaN],
  });

  test("keeps a case once, and gives it back", async () => {
    const corpus = join(folder, "kept");
    expect(await readCorpus(corpus)).toEqual([]);
    const file = await saveCase(corpus, drawn, ["first"]);
    expect(await saveCase(corpus, drawn, ["second"])).toBe(file);
    expect(readdirSync(corpus)).toHaveLength(1);
    const [saved] = await readCorpus(corpus);
    expect(saved?.file).toBe(file);
    expectSame(drawn, saved?.drawn ?? caseOf(""));
  });

  test("names the file that it cannot read", async () => {
    const corpus = join(folder, "broken");
    await saveCase(corpus, drawn, []);
    const [name = ""] = readdirSync(corpus);
    writeFileSync(join(corpus, name), "graph @one() {\n}\n");
    await expect(readCorpus(corpus)).rejects.toThrow(name);
  });
});
