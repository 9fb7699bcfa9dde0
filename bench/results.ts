// What comes of a measurement: rows beside the peak and the best peer, remarks about what has no row, goals.
import { type ContenderName, isOwn, own } from "./contenders/names.ts";
import { peakOperations } from "./peak.ts";
import { growth, median, medianRatio } from "./statistics.ts";
import type { Goal } from "./workloads/goal.ts";

/** A form that was timed. */
export interface Row {
  readonly contender: ContenderName;
  readonly form: string;
  /** Why it is no peer to be compared with, if it is none. */
  readonly aside?: string;
  readonly milliseconds: { readonly median: number; readonly min: number; readonly max: number };
  /** None where nothing is multiplied and added. */
  readonly gigaflops?: number;
  /** Of the peak of f32x4 multiply and add, in the same rounds. */
  readonly shareOfPeak?: number;
  /** Billions of bytes per second, where there is less than one operation per byte. */
  readonly gigabytes?: number;
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
export type Judged = Goal & {
  readonly measured: number;
  /** The share of the peak at which the goal would be reached, where it is one of being so many times faster than another. */
  readonly wouldTake?: number;
};

/** Everything about one workload. */
export interface Result {
  readonly workload: string;
  readonly group: string;
  readonly operations: number;
  readonly bytes: number | undefined;
  /** Of the graph that was compiled, where that is what is measured. */
  readonly nodes: number | undefined;
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

/** How much a workload is, and what is wanted of it. */
export interface Facts {
  readonly operations: number;
  readonly bytes: number | undefined;
  readonly nodes: number | undefined;
  readonly goals: readonly Goal[];
}

/** What a second brings of a workload's work. */
const rates = (
  seconds: readonly number[],
  peakSeconds: readonly number[],
  { operations, bytes }: Facts,
): Pick<Row, "gigaflops" | "shareOfPeak" | "gigabytes"> => {
  const middle = median(seconds);
  const shareOfPeak = medianRatio(peakSeconds, seconds) * (operations / peakOperations);
  return {
    ...(operations === 0 ? {} : { gigaflops: operations / middle / 1e9, shareOfPeak }),
    ...(bytes === undefined || operations >= bytes ? {} : { gigabytes: bytes / middle / 1e9 }),
  };
};

const rowsOf = (best: readonly Timed[], peakSeconds: readonly number[], facts: Facts): readonly Row[] => {
  const bestPeer = best.find(({ contender, aside }) => !isOwn(contender) && aside === undefined);
  return best.map(({ contender, form, aside, seconds }): Row => {
    const milliseconds = {
      median: median(seconds) * 1000,
      min: Math.min(...seconds) * 1000,
      max: Math.max(...seconds) * 1000,
    };
    return {
      contender,
      form,
      ...(aside === undefined ? {} : { aside }),
      milliseconds,
      ...rates(seconds, peakSeconds, facts),
      ...(bestPeer === undefined ? {} : { timesBestPeer: medianRatio(bestPeer.seconds, seconds) }),
    };
  });
};

/** What was measured of a goal, if both sides were. */
const measuredOf = ({ against, of = own }: Goal, best: readonly Timed[], rows: readonly Row[]): number | undefined => {
  const row = rows.find(({ contender }) => contender === of);
  switch (against) {
    case "peak":
      return row?.shareOfPeak;
    case "best peer":
      return row?.timesBestPeer;
    case "GFLOP/s":
      return row?.gigaflops;
    case "GB/s":
      return row?.gigabytes;
    case "milliseconds":
      return row?.milliseconds.median;
    default: {
      const secondsOf = (name: string) => best.find(({ contender }) => contender === name)?.seconds;
      const [theirs, ours] = [secondsOf(against), secondsOf(of)];
      return theirs === undefined || ours === undefined ? undefined : medianRatio(theirs, ours);
    }
  }
};

/** The share of the peak that we would have if we were as fast as is wanted: above 1 no program reaches it on this machine. */
const wouldTake = (goal: Goal, measured: number, rows: readonly Row[]): number | undefined => {
  const isRatio = "least" in goal && !["peak", "GFLOP/s", "GB/s"].includes(goal.against);
  const share = rows.find(({ contender }) => contender === own)?.shareOfPeak;
  return isRatio && goal.of === undefined && share !== undefined ? (share * goal.least) / measured : undefined;
};

/** The goals of which both sides were measured. */
const judge = (goals: readonly Goal[], best: readonly Timed[], rows: readonly Row[]): readonly Judged[] =>
  goals.flatMap((goal): readonly Judged[] => {
    const measured = measuredOf(goal, best, rows);
    if (measured === undefined) return [];
    const share = wouldTake(goal, measured, rows);
    return [{ ...goal, measured, ...(share === undefined ? {} : { wouldTake: share }) }];
  });

/** Whether what is wanted was measured. */
export const isReached = (goal: Judged): boolean =>
  goal.against === "milliseconds" ? goal.measured <= goal.most : goal.measured >= goal.least;

/** Rows, remarks about slower forms, and goals of what was timed. */
export const resultsOf = (
  timed: readonly Timed[],
  peakSeconds: readonly number[],
  facts: Facts,
): Omit<Result, "workload" | "group"> => {
  const [best, remarks] = bestForms(timed);
  const rows = rowsOf(best, peakSeconds, facts);
  const { goals, ...amounts } = facts;
  const peakGigaflops = peakOperations / median(peakSeconds) / 1e9;
  return { ...amounts, peakGigaflops, rows, remarks, goals: judge(goals, best, rows) };
};

/** How the time of compiling grows with the number of nodes. */
export interface Growth {
  /** Nodes and milliseconds. */
  readonly points: readonly (readonly [nodes: number, milliseconds: number])[];
  /** The power of the number of nodes. */
  readonly slope: number;
  /** What it should be at most. */
  readonly most: number;
}

/** Linear, and a little for what machines do with more memory. */
const mostGrowth = 1.1;

/** What the rows that were compiled again and again in one process say together; nothing if they are fewer than two. */
export const growthOf = (results: readonly Result[]): Growth | undefined => {
  const points = results.flatMap(({ nodes, rows }) => {
    const row = rows.find(({ contender }) => contender === own);
    return nodes === undefined || row === undefined ? [] : [[nodes, row.milliseconds.median] as const];
  });
  return points.length < 2 ? undefined : { points, slope: growth(points), most: mostGrowth };
};
