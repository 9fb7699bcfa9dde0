// Names and files that something is wrong with: what is drawn is what it is said to be.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseGraph } from "../../../src/ir/text/parse.ts";
import { printGraph } from "../../../src/ir/text/print.ts";
import { hostileNames } from "../../../src/testing/arbitraries/hostile-names.ts";
import { malformed, malformedText } from "../../../src/testing/arbitraries/malformed.ts";
import { graphOf } from "../../passes/support.ts";

describe("hostile names", () => {
  const drawn = fc.sample(hostileNames(), { numRuns: 3000, seed: 2 });

  test("reserved words, members of every object, ends of everything, halves of pairs, nothing, very long ones", () => {
    const wanted = ["class", "__proto__", "constructor", "then", '"', "*/", "${", "\u2028", "\ud800", "", ")", "\n"];
    const all = new Set(drawn);
    expect(wanted.filter((name) => !all.has(name) && !drawn.some((each) => each.includes(name)))).toEqual([]);
    expect(drawn.some((name) => name.length > 65_536)).toBe(true);
  });

  test("a graph whose inputs and outputs have such names is read back as it was printed", () => {
    fc.assert(
      fc.property(fc.uniqueArray(hostileNames(), { minLength: 2, maxLength: 3 }), ([input = "a", output = "b"]) => {
        const graph = graphOf((t) => {
          const outputs: Record<string, ReturnType<typeof t.input>> = Object.create(null);
          outputs[output] = t.input(input, { dtype: "f32", shape: [2] }).neg();
          return outputs;
        });
        expect(printGraph(parseGraph(printGraph(graph)))).toBe(printGraph(graph));
      }),
      { numRuns: 100 },
    );
  });
});

describe("malformed files", () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, at) => at + 1);
  const files = fc.sample(malformed(bytes), { numRuns: 600, seed: 3 });
  const share = (holds: (file: Uint8Array) => boolean): number => files.filter(holds).length / files.length;

  test("nearly all differ from the file, some by a bit, some by their length", () => {
    const equals = (file: Uint8Array): boolean => file.length === 64 && file.every((byte, at) => byte === bytes[at]);
    const distance = (file: Uint8Array): number => file.filter((byte, at) => byte !== bytes[at]).length;
    expect(share(equals)).toBeLessThan(0.05);
    expect(share((file) => file.length === 64 && distance(file) === 1)).toBeGreaterThan(0.05);
    expect(share((file) => file.length < 64)).toBeGreaterThan(0.15);
    expect(share((file) => file.length > 64)).toBeGreaterThan(0.15);
  });

  test("the length in front is made a lie of, beyond what any file has", () => {
    const lies = files.filter((file) => {
      const view = new DataView(file.buffer, file.byteOffset, file.length);
      return file.length >= 8 && view.getBigUint64(0, true) >= 2n ** 31n && view.getUint32(4, true) < 2 ** 22;
    });
    expect(lies.length).toBeGreaterThan(5);
  });

  test("the file itself stays, and so does a file of nothing", () => {
    expect([...bytes]).toEqual(Array.from({ length: 64 }, (_, at) => at + 1));
    expect(() => fc.sample(malformed(new Uint8Array()), 100)).not.toThrow();
  });

  test("texts lose parts, get them twice and elsewhere, and their numbers become other ones", () => {
    const text = "graph @f(%x: f32[2]) { entry @main(y = %x) }";
    const texts = fc.sample(malformedText(text), { numRuns: 600, seed: 4 });
    expect(texts.filter((each) => each === text).length).toBeLessThan(40);
    expect(texts.some((each) => each.includes("9007199254740992"))).toBe(true);
    expect(texts.some((each) => each.length > text.length)).toBe(true);
    expect(texts.some((each) => each.length < text.length / 2)).toBe(true);
  });
});
