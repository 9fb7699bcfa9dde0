// Forms on their way: started in processes of their own, compared with the meaning, warmed up, and then timed in turns.
import type { ClockName } from "./clock.ts";
import { type ContenderName, isThereFor } from "./contenders/names.ts";
import { type Answers, type Lane, LaneError, type OfferedForms, startLane } from "./lane.ts";
import { type Remark, slower } from "./results.ts";
import { mismatch } from "./statistics.ts";
import type { Doubles } from "./workloads/computation.ts";
import { toleranceOf, type Workload } from "./workloads/index.ts";

/** What every contender offers, by name of workload; a text where it could not even be started. */
export type Offers = ReadonlyMap<ContenderName, Answers["offers"] | string>;

/** A form of a contender. */
export interface FormOf {
  readonly contender: ContenderName;
  readonly form: string;
  readonly aside: string | undefined;
}

/** A form that is warm. */
export interface Entrant extends FormOf {
  readonly lane: Lane;
  /** Seconds of its fastest call so far. */
  readonly fastest: number;
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

/** The forms that there are of a workload, and remarks about the contenders that have none. */
export const formsOf = (
  offers: Offers,
  workload: Workload,
): { readonly forms: readonly FormOf[]; readonly without: readonly Remark[] } => {
  const forms: FormOf[] = [];
  const without: Remark[] = [];
  for (const [contender, all] of offers) {
    if (!isThereFor(contender, workload)) continue;
    const offered: OfferedForms | undefined = typeof all === "string" ? undefined : all[workload.name];
    if (typeof all === "string") without.push({ contender, kind: "failed", says: all });
    else if (offered === undefined) without.push({ contender, kind: "failed", says: `does not know ${workload.name}` });
    else if ("lacks" in offered) without.push({ contender, kind: "lacks", says: offered.lacks });
    else forms.push(...offered.forms.map((each) => ({ contender, ...each })));
  }
  return { forms, without };
};

/** Starts a form, compares its results with their meaning, warms it up; or says what went wrong. */
export const enter = async (
  workload: Workload,
  meaning: Doubles,
  { contender, form, aside }: FormOf,
  clock: ClockName,
): Promise<Entrant | Remark> => {
  const lane = startLane(contender, clock);
  const leave = async (kind: Remark["kind"], says: string): Promise<Remark> => {
    await lane.end();
    return { contender, form, kind, says };
  };
  try {
    const wrong = mismatch(
      await lane.ask({ ask: "prepare", workload: workload.name, form }),
      meaning,
      toleranceOf(workload),
    );
    if (wrong !== undefined) return await leave("wrong", wrong);
    return { contender, form, aside, lane, fastest: await lane.ask({ ask: "warm" }) };
  } catch (error) {
    return leave("failed", inWords(error));
  }
};

/** A form beside a much faster one of the same contender is not timed any further. */
const farSlower = 2;

/** Who stays, and remarks about those that take far longer than another form of the same contender. */
export const withoutSlow = (
  entrants: readonly Entrant[],
): { readonly kept: readonly Entrant[]; readonly dropped: readonly Remark[] } => {
  const isKept = ({ contender, fastest }: Entrant): boolean =>
    entrants.every((other) => other.contender !== contender || fastest <= farSlower * other.fastest);
  const dropped = entrants.filter((each) => !isKept(each)).map((each) => slower(each, each.fastest));
  return { kept: entrants.filter(isKept), dropped };
};

/** Who takes longer than so many seconds takes part in the first rounds alone. */
const patience = { seconds: 1, rounds: 3 } as const;

/** Takes a sample of everyone in each round, beginning with another one each time: seconds by round. */
export const race = async (
  entrants: readonly Pick<Entrant, "lane" | "fastest">[],
  rounds: number,
  step: () => void,
): Promise<readonly (readonly number[])[]> => {
  const seconds = entrants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < entrants.length; turn++) {
      const at = (round + turn) % entrants.length;
      const entrant = entrants[at];
      if (entrant === undefined || (entrant.fastest > patience.seconds && round >= patience.rounds)) continue;
      seconds[at]?.push(await entrant.lane.ask({ ask: "sample" }));
    }
    step();
  }
  return seconds;
};
