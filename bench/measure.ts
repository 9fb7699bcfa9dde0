// Conducts the measurement of a workload: every form of every contender in a process of its own, results compared with their
// meaning before anything is timed, then rounds in which all take their turns, the peak of the machine among them.
import type { ClockName } from "./clock.ts";
import { type ContenderName, own } from "./contenders/index.ts";
import { type Answers, type Lane, LaneError, type OfferedForms, startLane } from "./lane.ts";
import { peakOperations } from "./peak.ts";
import { median, medianRatio, mismatch } from "./statistics.ts";
import { type Goal, meaningOf, operationsOf, type Workload } from "./workloads/index.ts";

/** How a run measures. */
export interface Measuring {
  /** How often everyone takes a turn. */
  readonly rounds: number;
  readonly clock: ClockName;
}

/** What every contender offers, by kind of workload; a text where it could not even be started. */
export type Offers = ReadonlyMap<ContenderName, Answers["offers"] | string>;

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

/** Something that has no row, and why: a contender that lacks it, failed or was wrong, or a form that was left out. */
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

/** A form beside a much faster one of the same contender is not timed any further. */
const farSlower = 2;

/** A form on its way. */
interface Entrant {
  readonly contender: ContenderName;
  readonly form: string;
  readonly aside: string | undefined;
  readonly lane: Lane;
}

interface Timed extends Entrant {
  readonly seconds: readonly number[];
}

const inWords = (error: unknown): string => {
  if (error instanceof LaneError) return error.message;
  throw error;
};

/** Asks every contender what it has. */
export const offersOf = async (contenders: readonly ContenderName[]): Promise<Offers> => {
  const offers = new Map<ContenderName, Answers["offers"] | string>();
  for (const contender of contenders) {
    const lane = startLane(contender);
    offers.set(contender, await lane.ask({ ask: "offers" }).catch(inWords));
    await lane.end();
  }
  return offers;
};

/** The forms of a workload, and the contenders that have none. */
const formsOf = (offers: Offers, { kind }: Workload) => {
  const forms: { contender: ContenderName; form: string; aside: string | undefined }[] = [];
  const remarks: Remark[] = [];
  for (const [contender, all] of offers) {
    const offered: OfferedForms | undefined = typeof all === "string" ? undefined : all[kind];
    if (typeof all === "string") remarks.push({ contender, kind: "failed", says: all });
    else if (offered === undefined || "lacks" in offered)
      remarks.push({ contender, kind: "lacks", says: offered?.lacks ?? "does not know it" });
    else forms.push(...offered.forms.map((each) => ({ contender, ...each })));
  }
  return { forms, remarks };
};

/** Starts a form, compares its results with their meaning, warms it up. */
const enter = async (
  workload: Workload,
  meaning: Readonly<Record<string, Float64Array>>,
  { contender, form, aside }: Omit<Entrant, "lane">,
  clock: ClockName,
): Promise<{ readonly entrant: Entrant; readonly fastest: number } | Remark> => {
  const lane = startLane(contender, clock);
  const leave = async (kind: Remark["kind"], says: string): Promise<Remark> => {
    await lane.end();
    return { contender, form, kind, says };
  };
  try {
    const wrong = mismatch(await lane.ask({ ask: "prepare", workload: workload.name, form }), meaning);
    if (wrong !== undefined) return await leave("wrong", wrong);
    const fastest = await lane.ask({ ask: "warm" });
    return { entrant: { contender, form, aside, lane }, fastest };
  } catch (error) {
    return leave("failed", inWords(error));
  }
};

/** Lets go of forms far slower than another one of the same contender. */
const withoutSlow = async (entered: readonly { readonly entrant: Entrant; readonly fastest: number }[]) => {
  const kept: Entrant[] = [];
  const remarks: Remark[] = [];
  for (const { entrant, fastest } of entered) {
    const { contender, form, lane } = entrant;
    const best = Math.min(
      ...entered.filter((each) => each.entrant.contender === contender).map((each) => each.fastest),
    );
    if (fastest <= farSlower * best) kept.push(entrant);
    else {
      await lane.end();
      remarks.push({ contender, form, kind: "slower", says: `${(fastest * 1000).toPrecision(3)} ms` });
    }
  }
  return { kept, remarks };
};

/** Takes a sample of every lane in each round, beginning with another one each time. */
const race = async (
  lanes: readonly Lane[],
  rounds: number,
  step: () => void,
): Promise<readonly (readonly number[])[]> => {
  const seconds = lanes.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < lanes.length; turn++) {
      const at = (round + turn) % lanes.length;
      const sample = await lanes[at]?.ask({ ask: "sample" });
      if (sample !== undefined) seconds[at]?.push(sample);
    }
    step();
  }
  return seconds;
};

/** The fastest form of each contender, and remarks about the others. */
const bestForms = (
  timed: readonly Timed[],
): { readonly best: readonly Timed[]; readonly remarks: readonly Remark[] } => {
  const sorted = timed.toSorted((a, b) => median(a.seconds) - median(b.seconds));
  const isBest = ({ contender }: Timed, at: number): boolean =>
    sorted.findIndex((other) => other.contender === contender) === at;
  const remarks = sorted
    .filter((entrant, at) => !isBest(entrant, at))
    .map(({ contender, form, seconds }): Remark => {
      return { contender, form, kind: "slower", says: `${(median(seconds) * 1000).toPrecision(3)} ms` };
    });
  return { best: sorted.filter(isBest), remarks };
};

/** Rows of what was timed, the fastest first, each beside the peak and the best peer. */
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
  const ours = best.find(({ contender }) => contender === own);
  const row = rows.find(({ contender }) => contender === own);
  return goals.flatMap((goal): readonly Judged[] => {
    const other = best.find(({ contender }) => contender === goal.against);
    const against = other === undefined || ours === undefined ? undefined : medianRatio(other.seconds, ours.seconds);
    const measured = { peak: row?.shareOfPeak, "best peer": row?.timesBestPeer, "ort-web": against }[goal.against];
    return measured === undefined ? [] : [{ ...goal, measured }];
  });
};

/** Measures one workload. `step` is called after each form that is ready, and after each round. */
export const measure = async (
  workload: Workload,
  offers: Offers,
  { rounds, clock }: Measuring,
  step: () => void,
): Promise<Result> => {
  const operations = operationsOf(workload);
  const meaning = meaningOf(workload);
  const { forms, remarks: without } = formsOf(offers, workload);
  const entered: { readonly entrant: Entrant; readonly fastest: number }[] = [];
  const failures: Remark[] = [];
  const machine = startLane("peak", clock);
  try {
    await machine.ask({ ask: "prepare", workload: "peak", form: "" });
    await machine.ask({ ask: "warm" });
    for (const form of forms) {
      const outcome = await enter(workload, meaning, form, clock);
      if ("entrant" in outcome) entered.push(outcome);
      else failures.push(outcome);
      step();
    }
    const { kept, remarks: dropped } = await withoutSlow(entered);
    const [peakSeconds = [], ...seconds] = await race([machine, ...kept.map(({ lane }) => lane)], rounds, step);
    const timed = kept.map((entrant, at): Timed => ({ ...entrant, seconds: seconds[at] ?? [] }));
    const { best, remarks: slower } = bestForms(timed);
    const rows = rowsOf(best, peakSeconds, operations);
    return {
      workload: workload.name,
      operations,
      peakGigaflops: peakOperations / median(peakSeconds) / 1e9,
      rows,
      remarks: [...without, ...failures, ...slower, ...dropped],
      goals: judge(workload.goals, best, rows),
    };
  } finally {
    for (const { end } of [machine, ...entered.map(({ entrant }) => entrant.lane)]) await end();
  }
};
