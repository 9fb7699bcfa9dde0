// Where blocks of memory with known lives lie: storage allocation with all requests known beforehand. To do it in the least
// memory is NP-hard (Garey and Johnson 1979, SR2), so several orders of placing are tried and the lowest result is taken:
//   - those that take long first, each on top of what it meets: what a training step keeps for its way back is nested like
//     brackets, and then this is the best there is;
//   - in order of time, each in the tightest gap, as an allocator would;
//   - the largest first, each in the tightest gap (Pisarchyk and Lee 2020, greedy by size), and others by area and length:
//     the best for most networks, but it looks at pairs of blocks, so only for programs that are not huge.
// What still stands out at the top is then placed first, and so on for a while.

import { heightProfile } from "./height-profile.ts";
import { overlapIndex } from "./overlap-index.ts";

/** A stretch of memory that is needed from one point in time to another, both included. */
export interface Block {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  /** Where it has to be; anywhere if absent. Two blocks that are in use together have to be in different places. */
  readonly pinned?: number;
}

/** An offset for each block, and where the last byte ends. */
export interface Placement {
  readonly offsets: Float64Array;
  readonly height: number;
}

/** An order in which blocks are placed, as positions in the list of blocks. */
type Order = readonly number[];

const heightOf = (blocks: readonly Block[], offsets: Float64Array): number =>
  blocks.reduce((height, { bytes }, at) => Math.max(height, (offsets[at] ?? 0) + bytes), 0);

/** The points in time that blocks are about. */
const spanOf = (blocks: readonly Block[]): { readonly begin: number; readonly length: number } => {
  const begin = blocks.reduce((least, { first }) => Math.min(least, first), 0);
  const end = blocks.reduce((most, { last }) => Math.max(most, last), 0);
  return { begin, length: end - begin + 1 };
};

const orderBy = (blocks: readonly Block[], weight: (block: Block) => number): Order => {
  const weights = Float64Array.from(blocks, weight);
  return [...blocks.keys()].sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
};

const byBytes = ({ bytes }: Block): number => bytes;
const byLength = ({ first, last }: Block): number => last - first;
const byArea = ({ bytes, first, last }: Block): number => bytes * (last - first + 1);
const byStart = ({ first }: Block): number => -first;
const byEnd = ({ last }: Block): number => last;

/** The pinned blocks first, then the others as ordered. */
const pinnedFirst = (blocks: readonly Block[], order: Order): Order => [
  ...order.filter((at) => blocks[at]?.pinned !== undefined),
  ...order.filter((at) => blocks[at]?.pinned === undefined),
];

/** Each block on top of all that it meets: gaps stay open, but no pairs are looked at. */
const stack = (blocks: readonly Block[], order: Order): Placement => {
  const offsets = new Float64Array(blocks.length);
  const { begin, length } = spanOf(blocks);
  const profile = heightProfile(length);
  for (const at of pinnedFirst(blocks, order)) {
    const block = blocks[at];
    if (block === undefined) continue;
    const [first, last] = [block.first - begin, block.last - begin];
    const offset = block.pinned ?? profile.over(first, last);
    offsets[at] = offset;
    profile.raise(first, last, offset + block.bytes);
  }
  return { offsets, height: heightOf(blocks, offsets) };
};

/** What placing a block costs beside looking at those it meets, in steps. */
const stepsToPlace = 16;

/** How many steps may still be taken; a placer that would need more gives up. */
interface Budget {
  steps: number;
}

/** Each block in the tightest gap between those placed before it that it meets, or on top of them. */
const fitGaps = (blocks: readonly Block[], order: Order, budget: Budget): Placement | undefined => {
  const offsets = new Float64Array(blocks.length);
  const { begin, length } = spanOf(blocks);
  const placed = overlapIndex(length);
  for (const at of pinnedFirst(blocks, order)) {
    const block = blocks[at];
    if (block === undefined) continue;
    const [first, last] = [block.first - begin, block.last - begin];
    const met: number[] = [];
    budget.steps -= stepsToPlace + placed.visit(first, last, (other) => met.push(other));
    if (budget.steps < 0) return undefined;
    met.sort((a, b) => (offsets[a] ?? 0) - (offsets[b] ?? 0));
    offsets[at] = block.pinned ?? tightestGap(blocks, offsets, met, block.bytes);
    placed.add(at, first, last);
  }
  return { offsets, height: heightOf(blocks, offsets) };
};

/** The tightest gap below or between blocks, which come by ascending offset, or else the place on top of them. */
const tightestGap = (
  blocks: readonly Block[],
  offsets: Float64Array,
  met: readonly number[],
  bytes: number,
): number => {
  let [best, least] = [-1, Number.POSITIVE_INFINITY];
  let free = 0;
  for (const at of met) {
    const offset = offsets[at] ?? 0;
    const slack = offset - free - bytes;
    if (slack >= 0 && slack < least) [best, least] = [free, slack];
    free = Math.max(free, offset + (blocks[at]?.bytes ?? 0));
  }
  return best < 0 ? free : best;
};

/** How many of a list, from the first on, satisfy a condition that holds for a first part of it. */
const placeOf = <T>(list: readonly T[], isBefore: (item: T) => boolean): number => {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = list[middle];
    if (item !== undefined && isBefore(item)) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Free memory below `top`, as stretches by ascending offset. */
interface FreeList {
  readonly gaps: { offset: number; bytes: number }[];
  top: number;
}

/** `mostGaps` is how many gaps are looked at: where so many are open, another one is no great loss. */
const allocate = (list: FreeList, bytes: number, mostGaps: number): number => {
  const { gaps } = list;
  let [best, least] = [-1, Number.POSITIVE_INFINITY];
  for (let at = 0; at < Math.min(gaps.length, mostGaps); at++) {
    const slack = (gaps[at]?.bytes ?? 0) - bytes;
    if (slack >= 0 && slack < least) [best, least] = [at, slack];
  }
  const gap = gaps[best];
  if (gap === undefined) {
    // What is free right below the top becomes part of the new block.
    const last = gaps.at(-1);
    const offset = last !== undefined && last.offset + last.bytes === list.top ? last.offset : list.top;
    if (offset !== list.top) gaps.pop();
    list.top = offset + bytes;
    return offset;
  }
  const { offset } = gap;
  if (gap.bytes === bytes) gaps.splice(best, 1);
  else [gap.offset, gap.bytes] = [offset + bytes, gap.bytes - bytes];
  return offset;
};

const release = ({ gaps }: FreeList, offset: number, bytes: number): void => {
  const at = placeOf(gaps, (gap) => gap.offset < offset);
  const [before, after] = [gaps[at - 1], gaps[at]];
  const joinsBefore = before !== undefined && before.offset + before.bytes === offset;
  const joinsAfter = after !== undefined && offset + bytes === after.offset;
  if (joinsBefore) before.bytes += bytes + (joinsAfter ? after.bytes : 0);
  if (joinsBefore && joinsAfter) gaps.splice(at, 1);
  if (!joinsBefore && joinsAfter) [after.offset, after.bytes] = [offset, after.bytes + bytes];
  if (!joinsBefore && !joinsAfter) gaps.splice(at, 0, { offset, bytes });
};

/** Memory below the pinned blocks' ends, without these. */
const freeBetween = (blocks: readonly Block[]): FreeList => {
  const list: FreeList = { gaps: [], top: 0 };
  const pinned = blocks.flatMap(({ pinned: offset, bytes }) => (offset === undefined ? [] : [{ offset, bytes }]));
  for (const { offset, bytes } of pinned.sort((a, b) => a.offset - b.offset)) {
    if (offset > list.top) list.gaps.push({ offset: list.top, bytes: offset - list.top });
    list.top = Math.max(list.top, offset + bytes);
  }
  return list;
};

/** Each block in the tightest gap there is when its time comes. Pinned blocks are in use from the start. */
const allocateInTime = (blocks: readonly Block[]): Placement => {
  const offsets = new Float64Array(blocks.length);
  const list = freeBetween(blocks);
  const mostGaps = Math.ceil((32 * mostSteps) / Math.max(1, blocks.length));
  const ends = orderBy(blocks, ({ last }) => -last);
  let ended = 0;
  for (const at of orderBy(blocks, byStart)) {
    const block = blocks[at];
    if (block === undefined) continue;
    for (let end = ends[ended]; end !== undefined && (blocks[end]?.last ?? 0) < block.first; end = ends[++ended])
      release(list, offsets[end] ?? 0, blocks[end]?.bytes ?? 0);
    offsets[at] = block.pinned ?? allocate(list, block.bytes, mostGaps);
  }
  return { offsets, height: heightOf(blocks, offsets) };
};

/** The same with time running backwards. */
const allocateBackwards = (blocks: readonly Block[]): Placement =>
  allocateInTime(blocks.map(({ bytes, first, last }) => ({ bytes, first: -last, last: -first })));

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
  let best = stack(blocks, orderBy(blocks, byLength));
  for (const place of ways) {
    if (best.height <= closeEnough * bound) return best;
    const placement = place();
    if (placement !== undefined && placement.height < best.height) best = placement;
  }
  return pushDown(blocks, best, bound, budget);
};
