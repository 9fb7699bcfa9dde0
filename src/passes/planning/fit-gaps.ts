// Placing in any order, each block in the tightest gap that is free for as long as it is needed.
import { type Block, heightOf, type Order, type Placement, pinnedFirst, spanOf } from "./blocks.ts";
import { overlapIndex } from "./overlap-index.ts";

/** What placing a block costs beside looking at those it meets, in steps. */
const stepsToPlace = 16;

/** How many steps may still be taken; a placer that would need more gives up. */
export interface Budget {
  steps: number;
}

/** Each block in the tightest gap between those placed before it that it meets, or on top of them. */
export const fitGaps = (blocks: readonly Block[], order: Order, budget: Budget): Placement | undefined => {
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
