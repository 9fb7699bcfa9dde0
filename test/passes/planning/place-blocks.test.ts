// Placing blocks: those in use together never overlap, pinned ones stay, and the memory is little more than what is in use at once.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Block, Placement } from "../../../src/passes/planning/blocks.ts";
import { placeBlocks } from "../../../src/passes/planning/place-blocks.ts";

/** The largest sum of bytes in use at one time. */
const boundOf = (blocks: readonly Block[]): number => {
  const changes = blocks.flatMap(({ bytes, first, last }) => [[first, bytes] as const, [last + 1, -bytes] as const]);
  let [inUse, most] = [0, 0];
  for (const [, change] of changes.sort(([a, up], [b, down]) => a - b || up - down))
    most = Math.max(most, (inUse += change));
  return most;
};

/** The first two blocks that share memory while both are in use. */
const clash = (blocks: readonly Block[], { offsets }: Placement): readonly [number, number] | undefined => {
  for (const [a, one] of blocks.entries())
    for (const [b, other] of blocks.entries()) {
      const [from, to] = [offsets[a] ?? Number.NaN, offsets[b] ?? Number.NaN];
      const together = one.first <= other.last && other.first <= one.last;
      if (a < b && one.bytes > 0 && other.bytes > 0 && together && from < to + other.bytes && to < from + one.bytes)
        return [a, b];
    }
  return undefined;
};

const blocksOf = (count: number): fc.Arbitrary<readonly Block[]> =>
  fc.array(
    fc
      .tuple(fc.nat(200), fc.nat(60), fc.integer({ min: -1, max: 40 }))
      .map(([units, first, length]): Block => ({ bytes: 64 * units, first, last: first + Math.max(0, length) })),
    { maxLength: count },
  );

/** Numbers in [0, 1), the same for the same seed. */
const randomNumbers = (seed: number): (() => number) => {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
};

/** Blocks as programs have them: most live shortly; of a training step, every third is kept for the way back. */
const programLike = (count: number, training: boolean, seed: number): readonly Block[] => {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, (_, at): Block => {
    const first = Math.floor(at / 2);
    const kept = training && at % 3 === 0 && first < count / 4;
    const last = kept ? Math.floor(count / 2) - first : first + Math.floor(10 * random() ** 2);
    return { bytes: 64 * (1 + Math.floor(200 * random() ** 2)), first, last };
  });
};

describe("placing blocks", () => {
  test("blocks that are in use together do not overlap", () => {
    fc.assert(
      fc.property(blocksOf(40), (blocks) => {
        const placement = placeBlocks(blocks, boundOf(blocks));
        expect(clash(blocks, placement)).toBeUndefined();
        const ends = blocks.map(({ bytes }, at) => (placement.offsets[at] ?? 0) + bytes);
        expect(placement.height).toBe(Math.max(0, ...ends));
        expect(placement.height).toBeGreaterThanOrEqual(boundOf(blocks));
      }),
      { numRuns: 300 },
    );
  });

  test("pinned blocks stay where they are, and others go around them", () => {
    fc.assert(
      fc.property(blocksOf(20), fc.array(fc.tuple(fc.nat(30), fc.nat(60)), { maxLength: 3 }), (others, given) => {
        let end = 0;
        const pinned = given.map(([units, last]): Block => {
          const block = { bytes: 64 * units, first: -1, last, pinned: end + 64 };
          end = block.pinned + block.bytes;
          return block;
        });
        const blocks = [...others, ...pinned];
        const placement = placeBlocks(blocks, 0);
        expect(clash(blocks, placement)).toBeUndefined();
        pinned.forEach((block, at) => expect(placement.offsets[others.length + at]).toBe(block.pinned));
      }),
      { numRuns: 300 },
    );
  });

  test("what is nested like brackets takes no more than what is in use at once", () => {
    const depth = 200;
    const blocks = Array.from({ length: depth }, (_, at) => ({
      bytes: 64 * (1 + (at % 7)),
      first: at,
      last: 2 * depth - at,
    }));
    expect(placeBlocks(blocks, boundOf(blocks)).height).toBe(boundOf(blocks));
  });

  test.each([50, 500, 4000].flatMap((count) => [[count, false] as const, [count, true] as const]))(
    "%i blocks as of a program (training: %s) take at most a fifth more",
    (count, training) => {
      for (const seed of [1, 2, 3]) {
        const blocks = programLike(count, training, seed);
        expect(placeBlocks(blocks, boundOf(blocks)).height).toBeLessThanOrEqual(1.2 * boundOf(blocks));
      }
    },
  );

  test("a hundred thousand blocks are placed without looking at all pairs", () => {
    const blocks = programLike(100_000, true, 1);
    const { offsets, height } = placeBlocks(blocks, 0);
    const total = blocks.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(offsets).toHaveLength(blocks.length);
    expect(height).toBeLessThan(total / 2);
  }, 60_000);
});
