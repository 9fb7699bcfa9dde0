// Each way of placing blocks by itself, beside a memory of which every unit is looked at.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocateBackwards, allocateInTime } from "../../../src/passes/planning/allocate-in-time.ts";
import { type Block, orderBy, type Placement } from "../../../src/passes/planning/blocks.ts";
import { fitGaps } from "../../../src/passes/planning/fit-gaps.ts";
import { placeBlocks } from "../../../src/passes/planning/place-blocks.ts";
import { stackBlocks } from "../../../src/passes/planning/stack-blocks.ts";

const blockAt = (bytes: number, first: number, last: number, pinned?: number): Block =>
  pinned === undefined ? { bytes, first, last } : { bytes, first, last, pinned };

/** Few different sizes, so that gaps of equal size come up. */
const free = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.nat(12), fc.nat(8))
  .map(([bytes, first, length]) => blockAt(bytes, first, first + length));

/** Up to three blocks that are pinned, none where another one is. */
const pinned = fc
  .array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 5 }), fc.nat(12)), { maxLength: 3 })
  .map((given) => {
    let end = 0;
    return given.map(([gap, bytes, last]) => {
      const block = blockAt(bytes, -1, last, end + gap);
      end += gap + bytes;
      return block;
    });
  });

const blockLists = fc
  .tuple(fc.array(free, { maxLength: 14 }), pinned)
  .map(([others, fixed]): readonly Block[] => [...others, ...fixed]);

const meets = (one: Block, other: Block): boolean => one.first <= other.last && other.first <= one.last;

/** Places blocks in an order, pinned ones first, each where `choose` says for the units that are taken while it is in use. */
const placedBy = (
  blocks: readonly Block[],
  order: readonly number[],
  choose: (taken: ReadonlySet<number>, bytes: number) => number,
): Placement => {
  const offsets = new Float64Array(blocks.length);
  const done: number[] = [];
  for (const isPinned of [true, false])
    for (const at of order) {
      const block = blocks[at];
      if (block === undefined || (block.pinned !== undefined) !== isPinned) continue;
      const taken = done.flatMap((other) => {
        const { bytes = 0 } = blocks[other] ?? {};
        return meets(block, blocks[other] ?? block)
          ? Array.from({ length: bytes }, (_, unit) => (offsets[other] ?? 0) + unit)
          : [];
      });
      offsets[at] = block.pinned ?? choose(new Set(taken), block.bytes);
      done.push(at);
    }
  return { offsets, height: Math.max(0, ...blocks.map(({ bytes }, at) => (offsets[at] ?? 0) + bytes)) };
};

/** Stretches of units below `top` that are not taken, the smallest and then the lowest first. */
const gapsBelow = (
  top: number,
  taken: ReadonlySet<number>,
): readonly { readonly offset: number; readonly bytes: number }[] => {
  const gaps: { offset: number; bytes: number }[] = [];
  for (let unit = 0; unit < top; unit++) {
    const last = gaps.at(-1);
    if (taken.has(unit)) continue;
    if (last !== undefined && last.offset + last.bytes === unit) last.bytes++;
    else gaps.push({ offset: unit, bytes: 1 });
  }
  return gaps.sort((a, b) => a.bytes - b.bytes || a.offset - b.offset);
};

const topOf = (taken: ReadonlySet<number>): number => Math.max(0, ...[...taken].map((unit) => unit + 1));

const tightest = (taken: ReadonlySet<number>, bytes: number): number =>
  gapsBelow(topOf(taken), taken).find((gap) => gap.bytes >= bytes)?.offset ?? topOf(taken);

/** What an allocator does: memory grows where nothing fits, from the end of what is in use. */
const inTime = (blocks: readonly Block[]): Placement => {
  const offsets = new Float64Array(blocks.length);
  const taken = new Map<number, Block>();
  const take = (block: Block, offset: number): void => {
    for (let unit = offset; unit < offset + block.bytes; unit++) taken.set(unit, block);
  };
  for (const block of blocks) if (block.pinned !== undefined) take(block, block.pinned);
  let top = topOf(new Set(taken.keys()));
  for (const at of [...blocks.keys()].sort((a, b) => (blocks[a]?.first ?? 0) - (blocks[b]?.first ?? 0) || a - b)) {
    const block = blocks[at];
    if (block === undefined) continue;
    for (const [unit, { last }] of taken) if (last < block.first) taken.delete(unit);
    const units = new Set(taken.keys());
    const offset =
      block.pinned ?? gapsBelow(top, units).find((gap) => gap.bytes >= block.bytes)?.offset ?? topOf(units);
    take(block, offset);
    top = Math.max(top, offset + block.bytes);
    offsets[at] = offset;
  }
  return { offsets, height: Math.max(0, ...blocks.map(({ bytes }, at) => (offsets[at] ?? 0) + bytes)) };
};

const many = { steps: 1_000_000 };

describe("blocks are placed", () => {
  test("on top of all that they meet", () => {
    fc.assert(
      fc.property(blockLists, (blocks) => {
        const order = orderBy(blocks, ({ bytes }) => bytes);
        expect(stackBlocks(blocks, order)).toEqual(placedBy(blocks, order, topOf));
      }),
    );
  });

  test("in the tightest gap between all that they meet", () => {
    fc.assert(
      fc.property(blockLists, (blocks) => {
        const order = orderBy(blocks, ({ first }) => -first);
        expect(fitGaps(blocks, order, { ...many })).toEqual(placedBy(blocks, order, tightest));
      }),
      { numRuns: 200 },
    );
  });

  test("when their time comes, in the tightest gap that there is then", () => {
    fc.assert(
      fc.property(blockLists, (blocks) => {
        expect(allocateInTime(blocks)).toEqual(inTime(blocks));
      }),
      { numRuns: 300 },
    );
  });

  test("backwards in time", () => {
    fc.assert(
      fc.property(fc.array(free, { maxLength: 14 }), (blocks) => {
        const turned = blocks.map(({ bytes, first, last }) => blockAt(bytes, 100 - last, 100 - first));
        expect(allocateBackwards(blocks)).toEqual(inTime(turned));
      }),
    );
  });
});

test("what looks at pairs gives up when its steps are used up, 16 for each block and one for each that it meets", () => {
  const blocks = [blockAt(1, 0, 3), blockAt(1, 2, 5), blockAt(1, 5, 5)];
  const order = [0, 1, 2];
  // The length of each, and two that are met.
  const needed = 3 * 16 + 3 + 3 + 0 + 2;
  const budget = { steps: needed };
  expect(fitGaps(blocks, order, budget)?.height).toBe(2);
  expect(budget.steps).toBe(0);
  expect(fitGaps(blocks, order, { steps: needed - 1 })).toBeUndefined();
});

test("blocks come by weight, and otherwise as they are", () => {
  const blocks = [3, 7, 3, 9, 7].map((bytes) => blockAt(bytes, 0, 0));
  expect(orderBy(blocks, ({ bytes }) => bytes)).toEqual([3, 1, 4, 0, 2]);
});

describe("of all ways", () => {
  const weights: readonly ((block: Block) => number)[] = [
    ({ bytes }) => bytes,
    ({ bytes, first, last }) => bytes * (last - first + 1),
    ({ first, last }) => last - first,
    ({ first }) => -first,
    ({ last }) => last,
  ];

  test("none is lower than what is taken", () => {
    fc.assert(
      fc.property(fc.array(free, { minLength: 6, maxLength: 14 }), (blocks) => {
        const ways = [
          stackBlocks(
            blocks,
            orderBy(blocks, ({ first, last }) => last - first),
          ),
          allocateInTime(blocks),
          allocateBackwards(blocks),
          ...weights.flatMap((weight) => fitGaps(blocks, orderBy(blocks, weight), { ...many }) ?? []),
        ];
        expect(placeBlocks(blocks, 0).height).toBeLessThanOrEqual(Math.min(...ways.map(({ height }) => height)));
      }),
    );
  });

  test("the first that is within 2 % of the bound is taken", () => {
    const blocks = [blockAt(50, 0, 4), blockAt(51, 3, 9), blockAt(50, 6, 12)];
    const stacked = stackBlocks(blocks, [1, 0, 2]);
    expect(placeBlocks(blocks, stacked.height / 1.02)).toEqual(stacked);
  });
});
