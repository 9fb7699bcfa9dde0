// What comes of a measurement: rows beside the peak and the best peer, remarks about what has no row, goals.
import { type ContenderName, own } from "./contenders/index.ts";
import { peakOperations } from "./peak.ts";
import { median, medianRatio } from "./statistics.ts";
import type { Goal } from "./workloads/index.ts";

/** A form that was timed. */
export interface Row {
  readonly contender: ContenderName;
  readonly form: string;
  /** Why it is no peer to be compared with, if it is none. */
  readonly aside?: string;
  readonly milliseconds: { readonly median: number; readonly min: number; readonly max: number };
  readonly gigaflops: number;
  /** Of the peak of f32x4 multiply and add, in the same rounds. */
  readonly shareOfPeak: number;
  /** How many times faster than the best peer; none if there is no peer. */
  readonly timesBestPeer?: number;
}

/** Something that has no row, and why: a contender that lacks it, failed or was wrong, or a form that lost to another. */
export interface Remark {
  readonly contender: ContenderName;
  readonly form?: string;
  readonly kind: "lacks" | "failed" | "wrong" | "slower";
  readonly says: string;
}

/** A goal and what was measured. */
export interface Judged extends Goal {
  readonly measured: number;
}

/** Everything about one workload. */
export interface Result {
  readonly workload: string;
  readonly operations: number;
  readonly peakGigaflops: number;
  /** The fastest first. */
  readonly rows: readonly Row[];
  readonly remarks: readonly Remark[];
  readonly goals: readonly Judged[];
}

/** A form and its seconds by round. */
export interface Timed {
  readonly contender: ContenderName;
  readonly form: string;
  readonly aside: string | undefined;
  readonly seconds: readonly number[];
}

/** That a form lost to another one of the same contender. */
export const slower = ({ contender, form }: Pick<Timed, "contender" | "form">, seconds: number): Remark => {
  return { contender, form, kind: "slower", says: `${(seconds * 1000).toPrecision(3)} ms` };
};

/** The fastest form of each contender, the fastest first, and remarks about the others. */
const bestForms = (timed: readonly Timed[]): readonly [best: readonly Timed[], others: readonly Remark[]] => {
  const sorted = timed.toSorted((a, b) => median(a.seconds) - median(b.seconds));
  const best = sorted.filter(({ contender }, at) => sorted.findIndex((other) => other.contender === contender) === at);
  const others = sorted.filter((each) => !best.includes(each));
  return [best, others.map((each) => slower(each, median(each.seconds)))];
};

const rowsOf = (best: readonly Timed[], peakSeconds: readonly number[], operations: number): readonly Row[] => {
  const bestPeer = best.find(({ contender, aside }) => contender !== own && aside === undefined);
  return best.map(({ contender, form, aside, seconds }): Row => {
    const middle = median(seconds);
    return {
      contender,
      form,
      ...(aside === undefined ? {} : { aside }),
      milliseconds: { median: middle * 1000, min: Math.min(...seconds) * 1000, max: Math.max(...seconds) * 1000 },
      gigaflops: operations / middle / 1e9,
      shareOfPeak: medianRatio(peakSeconds, seconds) * (operations / peakOperations),
      ...(bestPeer === undefined ? {} : { timesBestPeer: medianRatio(bestPeer.seconds, seconds) }),
    };
  });
};

/** The goals of which both sides were measured. */
const judge = (goals: readonly Goal[], best: readonly Timed[], rows: readonly Row[]): readonly Judged[] => {
  const secondsOf = (name: string) => best.find(({ contender }) => contender === name)?.seconds;
  const row = rows.find(({ contender }) => contender === own);
  const ours = secondsOf(own);
  const measuredAgainst = (against: Goal["against"]): number | undefined => {
    if (against === "peak") return row?.shareOfPeak;
    if (against === "best peer") return row?.timesBestPeer;
    const theirs = secondsOf(against);
    return theirs === undefined || ours === undefined ? undefined : medianRatio(theirs, ours);
  };
  return goals.flatMap((goal): readonly Judged[] => {
    const measured = measuredAgainst(goal.against);
    return measured === undefined ? [] : [{ ...goal, measured }];
  });
};

/** Rows, remarks about slower forms, and goals of what was timed. */
export const resultsOf = (
  timed: readonly Timed[],
  peakSeconds: readonly number[],
  { operations, goals }: { readonly operations: number; readonly goals: readonly Goal[] },
): Omit<Result, "workload"> => {
  const [best, remarks] = bestForms(timed);
  const rows = rowsOf(best, peakSeconds, operations);
  const peakGigaflops = peakOperations / median(peakSeconds) / 1e9;
  return { operations, peakGigaflops, rows, remarks, goals: judge(goals, best, rows) };
};
