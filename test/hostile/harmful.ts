// A reader that does to the process what readers must not do: it never ends on the input of seed 1, and takes all memory on that of
// seed 2. It shows that the guard sees both.
import { belowFrom } from "./mutate.ts";
import type { Reader } from "./readers.ts";

const inputOf = (below: (limit: number) => number): string => String(below(2 ** 30));

const [endless, hungry] = [1, 2].map((seed) => inputOf(belowFrom(seed)));

export const harmful: Reader = {
  draw: inputOf,
  read: (input) => {
    if (input !== endless && input !== hungry) return;
    const taken: number[][] = [];
    for (;;) {
      taken.push(Array<number>(input === endless ? 1000 : 8_000_000).fill(0.5));
      if (input === endless) taken.length = 0;
    }
  },
};
