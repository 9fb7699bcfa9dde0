// Which stretches of time meet another one: those that hold its first point, found in a segment tree, and those that begin
// later within it, found by where they begin. Each is found once.

/** Stretches of time by number. */
export interface OverlapIndex {
  readonly add: (stretch: number, first: number, last: number) => void;
  /** Visits all that meet [first, last], in no particular order; gives the steps that it took. */
  readonly visit: (first: number, last: number, meet: (stretch: number) => void) => number;
}

/** An empty index over the points in time 0 to `length` - 1. */
export const overlapIndex = (length: number): OverlapIndex => {
  const leaves = 2 ** Math.ceil(Math.log2(Math.max(1, length)));
  const holding = new Map<number, number[]>();
  const beginning = new Map<number, number[]>();
  const put = (lists: Map<number, number[]>, at: number, stretch: number): void => {
    const list = lists.get(at);
    if (list === undefined) lists.set(at, [stretch]);
    else list.push(stretch);
  };
  return {
    add: (stretch, first, last) => {
      put(beginning, first, stretch);
      for (let [from, to] = [first + leaves, last + leaves + 1]; from < to; from = from >> 1, to = to >> 1) {
        if (from % 2 === 1) put(holding, from++, stretch);
        if (to % 2 === 1) put(holding, --to, stretch);
      }
    },
    visit: (first, last, meet) => {
      let steps = last - first;
      const each = (list: readonly number[] = []): void => {
        steps += list.length;
        for (const stretch of list) meet(stretch);
      };
      for (let node = first + leaves; node > 0; node = node >> 1) each(holding.get(node));
      for (let at = first + 1; at <= last; at++) each(beginning.get(at));
      return steps;
    },
  };
};
