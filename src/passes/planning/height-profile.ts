// The highest byte in use at each point in time, where memory only ever grows upwards: a segment tree, so that both to ask for
// the height over a stretch of time and to raise it take the logarithm of its length.

/** Heights over the points in time 0 to `length` - 1, all 0 to begin with. */
export interface HeightProfile {
  /** The greatest height from `first` to `last`. */
  readonly over: (first: number, last: number) => number;
  /** Raises what is lower than `height` from `first` to `last`. */
  readonly raise: (first: number, last: number, height: number) => void;
}

/** An empty profile. */
export const heightProfile = (length: number): HeightProfile => {
  const leaves = 2 ** Math.ceil(Math.log2(Math.max(1, length)));
  // For each node of the tree, node 1 on top: what all of it was raised to, and the greatest height anywhere in it.
  const raised = new Float64Array(2 * leaves);
  const greatest = new Float64Array(2 * leaves);
  const lift = (heights: Float64Array, node: number, height: number): void => {
    if ((heights[node] ?? 0) < height) heights[node] = height;
  };
  /** The fewest nodes that together are the stretch. */
  const within = (first: number, last: number, visit: (node: number) => void): void => {
    for (let [from, to] = [first + leaves, last + leaves + 1]; from < to; from = from >> 1, to = to >> 1) {
      if (from % 2 === 1) visit(from++);
      if (to % 2 === 1) visit(--to);
    }
  };
  /** Nodes that hold one of the ends and more: all nodes above those within are among them. */
  const above = (first: number, last: number, visit: (node: number) => void): void => {
    for (const end of [first, last]) for (let node = (end + leaves) >> 1; node > 0; node = node >> 1) visit(node);
  };
  return {
    over: (first, last) => {
      let height = 0;
      within(first, last, (node) => {
        height = Math.max(height, greatest[node] ?? 0);
      });
      above(first, last, (node) => {
        height = Math.max(height, raised[node] ?? 0);
      });
      return height;
    },
    raise: (first, last, height) => {
      within(first, last, (node) => {
        lift(raised, node, height);
        lift(greatest, node, height);
      });
      above(first, last, (node) => lift(greatest, node, height));
    },
  };
};
