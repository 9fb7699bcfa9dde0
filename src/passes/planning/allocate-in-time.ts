// Placing in order of time, as an allocator would that is asked for memory and given it back.
import { type Block, heightOf, orderBy, type Placement } from "./blocks.ts";

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

/** How many gaps are looked at for all blocks together. */
const mostLooks = 2 ** 27;

/** Each block in the tightest gap there is when its time comes. Pinned blocks are in use from the start. */
export const allocateInTime = (blocks: readonly Block[]): Placement => {
  const offsets = new Float64Array(blocks.length);
  const list = freeBetween(blocks);
  const mostGaps = Math.ceil(mostLooks / Math.max(1, blocks.length));
  const ends = orderBy(blocks, ({ last }) => -last);
  let ended = 0;
  for (const at of orderBy(blocks, ({ first }) => -first)) {
    const block = blocks[at];
    if (block === undefined) continue;
    for (let end = ends[ended]; end !== undefined && (blocks[end]?.last ?? 0) < block.first; end = ends[++ended])
      release(list, offsets[end] ?? 0, blocks[end]?.bytes ?? 0);
    offsets[at] = block.pinned ?? allocate(list, block.bytes, mostGaps);
  }
  return { offsets, height: heightOf(blocks, offsets) };
};

/** The same with time running backwards. */
export const allocateBackwards = (blocks: readonly Block[]): Placement =>
  allocateInTime(blocks.map(({ bytes, first, last }) => ({ bytes, first: -last, last: -first })));
