// Blocks of memory with known lives, and the orders in which they can be placed.

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
export type Order = readonly number[];

/** Where the last byte ends. */
export const heightOf = (blocks: readonly Block[], offsets: Float64Array): number =>
  blocks.reduce((height, { bytes }, at) => Math.max(height, (offsets[at] ?? 0) + bytes), 0);

/** The points in time that blocks are about. */
export const spanOf = (blocks: readonly Block[]): { readonly begin: number; readonly length: number } => {
  const begin = blocks.reduce((least, { first }) => Math.min(least, first), 0);
  const end = blocks.reduce((most, { last }) => Math.max(most, last), 0);
  return { begin, length: end - begin + 1 };
};

/** The blocks with the largest weight first. */
export const orderBy = (blocks: readonly Block[], weight: (block: Block) => number): Order => {
  const weights = Float64Array.from(blocks, weight);
  return [...blocks.keys()].sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
};

/** The pinned blocks first, then the others as ordered. */
export const pinnedFirst = (blocks: readonly Block[], order: Order): Order => [
  ...order.filter((at) => blocks[at]?.pinned !== undefined),
  ...order.filter((at) => blocks[at]?.pinned === undefined),
];
