import { describe, expect, it } from "vitest";
import { threefry2x32 } from "../../../src/ir/ops/random.ts";
import { tensorType } from "../../../src/ir/types/tensor-type.ts";
import { runLowered } from "../../support/lower-op.ts";
import { array, gradients, meaning, typeOf } from "../../support/op-meaning.ts";

const bits = (key: readonly [number, number], shape: readonly number[]): Float64Array =>
  meaning("randomBits", [array([2], key, "i32")], { shape }).data;

describe("threefry2x32", () => {
  // kat_vectors of Random123, threefry2x32 with 20 rounds: counter, key, result.
  it.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x243f6a88, 0x85a308d3],
      [0x13198a2e, 0x03707344],
      [0xc4923a9c, 0x483df7a0],
    ],
  ] as const)("turns %j under %j into the published words", (counter, key, words) => {
    expect(threefry2x32(key, counter).map((word) => word >>> 0)).toEqual(words);
  });
});

describe("randomBits", () => {
  it("mixes both words of the counter (0, position)", () => {
    const word = ([left, right]: readonly [number, number]): number => left ^ right;
    expect([...bits([7, 11], [2, 2])]).toEqual([0, 1, 2, 3].map((at) => word(threefry2x32([7, 11], [0, at]))));
    expect(bits([0, 0], [])[0]).toBe(0x6b200159 ^ 0x99ba4efe);
  });

  it("gives the same bits compiled, also for negative words of the key", () => {
    for (const key of [
      [0, 0],
      [-1, -2147483648],
      [0x1234567, -0x7654321],
    ] as const) {
      const operand = array([2], key, "i32");
      expect(runLowered("randomBits", [operand], { shape: [3, 7] })).toEqual([
        meaning("randomBits", [operand], { shape: [3, 7] }),
      ]);
    }
  });

  it("sets each bit half of the time, whatever the key", () => {
    // 4096 draws: half of them is 2048, and 192 is six standard deviations.
    for (const key of [
      [0, 0],
      [0, 1],
      [1, 0],
    ] as const) {
      const drawn = bits(key, [4096]);
      for (let bit = 0; bit < 32; bit++) {
        const set = drawn.reduce((count, word) => count + ((word >>> bit) & 1), 0);
        expect(Math.abs(set - 2048)).toBeLessThan(192);
      }
    }
  });

  it("does not repeat a draw under another key", () => {
    const first = new Set(bits([0, 1], [1000]));
    const second = bits([0, 2], [1000]);
    expect(first.size).toBe(1000);
    expect(second.filter((word) => first.has(word)).length).toBe(0);
  });

  it("spreads bytes evenly: chi-square over 256 values", () => {
    const counts = new Array<number>(256).fill(0);
    for (const word of bits([3, 4], [25_600])) counts[word & 255] = (counts[word & 255] ?? 0) + 1;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
    // 255 degrees of freedom: mean 255, standard deviation 22.6; within five of them on either side.
    expect(chiSquare).toBeGreaterThan(142);
    expect(chiSquare).toBeLessThan(368);
  });

  it("types symbolic extents", () => {
    expect(typeOf("randomBits", [tensorType("i32", [2])], { shape: ["B", 4] })).toEqual(tensorType("i32", ["B", 4]));
  });

  it.each([
    [tensorType("f32", [2]), "W222: randomBits: the key is i32[2], not f32[2]"],
    [tensorType("i32", [3]), "W222: randomBits: the key is i32[2], not i32[3]"],
    [tensorType("i32", ["B"]), "W222: randomBits: the key is i32[2], not i32[B]"],
  ])("refuses a key %j", (key, message) => {
    expect(() => typeOf("randomBits", [key], { shape: [4] })).toThrow(message);
  });

  it("refuses a shape that is none", () => {
    expect(() => typeOf("randomBits", [tensorType("i32", [2])], { shape: [-4] })).toThrow("W209: randomBits: -4");
  });

  it("has no gradient", () => {
    expect(gradients("randomBits", [array([2], [1, 2], "i32")], { shape: [1] }, array([1], [1], "i32"))).toEqual([
      null,
    ]);
  });
});
