// Placing without looking for gaps, in little more than linear time.
import { type Block, heightOf, type Order, type Placement, pinnedFirst, spanOf } from "./blocks.ts";
import { heightProfile } from "./height-profile.ts";

/** Each block on top of all that it meets: gaps stay open, but no pairs are looked at. */
export const stackBlocks = (blocks: readonly Block[], order: Order): Placement => {
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
