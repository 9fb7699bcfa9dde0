// What is wanted of a measurement.
import type { ContenderName } from "../contenders/names.ts";

/** What is compared, and how much of it is wanted. */
export type Goal = {
  /** Of whom, if not of us as we are by default. */
  readonly of?: ContenderName;
} & (
  | {
      /** How many times faster than a contender or than the best peer, or which share of the peak, or how many of a unit per second. */
      readonly against: "peak" | "best peer" | "GFLOP/s" | "GB/s" | ContenderName;
      readonly least: number;
    }
  | {
      /** How long it may take. */
      readonly against: "milliseconds";
      readonly most: number;
    }
);

/** So many times faster than the best peer. */
export const ahead = (least: number): readonly Goal[] => [{ against: "best peer", least }];

/** So many times faster than someone. */
export const aheadOf = (against: ContenderName, least: number): Goal => ({ against, least });

/** At least this share of the peak. */
export const ofPeak = (least: number): Goal => ({ against: "peak", least });
