// The health check of properties that judge by bounds: a bound that says little passes everything, so how often that happens is
// counted over a run and has a limit.
import type { Counts } from "./judge.ts";

/** So large a share of elements may say little. */
const largestShare = 0.1;

/** Counts over a run of graphs. */
export interface Conditioning {
  /** Counts one judgement. */
  readonly add: (counts: Counts) => void;
  /** All so far. */
  readonly counts: () => Counts;
  /** What is wrong with the run as a whole: too many elements of which the bound says little. */
  readonly complaint: () => string | undefined;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/**
 * A count that begins at nothing: how many elements were judged, and of how many the bound says little.
 *
 * @example
 * const counted = conditioning();
 * const drawn = graphs({ ops: ["binary"], values: ["whole"], maxSteps: 2 });
 * await forAll(drawn, agreesWithMeaning({ conditioning: counted }), { runs: 3 });
 * counted.complaint(); // undefined
 */
export const conditioning = (): Conditioning => {
  let sum: Counts = { elements: 0, uninformative: 0, illConditioned: 0 };
  return {
    add: ({ elements, uninformative, illConditioned }) => {
      sum = {
        elements: sum.elements + elements,
        uninformative: sum.uninformative + uninformative,
        illConditioned: sum.illConditioned + illConditioned,
      };
    },
    counts: () => sum,
    complaint: () => {
      const { elements, uninformative, illConditioned } = sum;
      const share = (uninformative + illConditioned) / Math.max(elements, 1);
      return share <= largestShare
        ? undefined
        : `${percent(share)} of ${elements} elements have a bound that says little (${uninformative} none at all, ${illConditioned} more than half their magnitude); ${percent(largestShare)} are allowed`;
    },
  };
};
