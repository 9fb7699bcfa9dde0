// Where blocks of memory with known lives lie: storage allocation with all requests known beforehand. To do it in the least
// memory is NP-hard (Garey and Johnson 1979, SR2), so several orders of placing are tried and the lowest result is taken:
//   - those that take long first, each on top of what it meets: what a training step keeps for its way back is nested like
//     brackets, and then this is the best there is;
//   - in order of time, each in the tightest gap, as an allocator would;
//   - the largest first, each in the tightest gap (Pisarchyk and Lee 2020, greedy by size), and others by area and length:
//     the best for most networks, but it looks at pairs of blocks, so only for programs that are not huge.
// What still stands out at the top is then placed first, and so on for a while.

import { allocateBackwards, allocateInTime } from "./allocate-in-time.ts";
import { type Block, orderBy, type Placement } from "./blocks.ts";
import { type Budget, fitGaps } from "./fit-gaps.ts";
import { stackBlocks } from "./stack-blocks.ts";

const byBytes = ({ bytes }: Block): number => bytes;
const byLength = ({ first, last }: Block): number => last - first;
const byArea = ({ bytes, first, last }: Block): number => bytes * (last - first + 1);
const byStart = ({ first }: Block): number => -first;
const byEnd = ({ last }: Block): number => last;

/** How many steps a plan may take for each block, and for all together: about a second. */
const stepsPerBlock = 2 ** 12;
const mostSteps = 2 ** 22;

/** What is so little above the bound that it is not worth a search. */
const closeEnough = 1.02;

/** Places what stood out at the top first, again and again, while that may still gain something. */
const pushDown = (blocks: readonly Block[], start: Placement, bound: number, budget: Budget): Placement => {
  let best = start;
  let placement: Placement | undefined = start;
  let order = orderBy(blocks, byBytes);
  while (placement !== undefined && best.height > closeEnough * bound) {
    const { offsets, height } = placement;
    const isHighest = (at: number): boolean => (offsets[at] ?? 0) + (blocks[at]?.bytes ?? 0) === height;
    order = [...order.filter(isHighest), ...order.filter((at) => !isHighest(at))];
    placement = fitGaps(blocks, order, budget);
    if (placement !== undefined && placement.height < best.height) best = placement;
  }
  return best;
};

/** Gives each block its place, in as little memory as is found; `bound` is what need not be undercut. */
export const placeBlocks = (blocks: readonly Block[], bound: number): Placement => {
  const budget: Budget = { steps: Math.min(mostSteps, stepsPerBlock * blocks.length) };
  const isPinned = blocks.some(({ pinned }) => pinned !== undefined);
  const ways: readonly (() => Placement | undefined)[] = [
    () => allocateInTime(blocks),
    ...(isPinned ? [] : [() => allocateBackwards(blocks)]),
    ...[byBytes, byArea, byLength, byStart, byEnd].map(
      (weight) => () => fitGaps(blocks, orderBy(blocks, weight), budget),
    ),
  ];
  let best = stackBlocks(blocks, orderBy(blocks, byLength));
  for (const place of ways) {
    if (best.height <= closeEnough * bound) return best;
    const placement = place();
    if (placement !== undefined && placement.height < best.height) best = placement;
  }
  return pushDown(blocks, best, bound, budget);
};
