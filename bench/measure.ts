// Conducts the measurement of a workload: everyone enters, then rounds in which all take their turns, the machine's peak among them.
import type { ClockName } from "./clock.ts";
import { type Entrant, enter, formsOf, type Offers, race, withoutSlow } from "./entrants.ts";
import { startLane } from "./lane.ts";
import { type Remark, type Result, resultsOf } from "./results.ts";
import { bytesOf, meaningOf, nodesOf, operationsOf, type Workload } from "./workloads/index.ts";

/** How a run measures. */
export interface Measuring {
  /** How often everyone takes a turn. */
  readonly rounds: number;
  readonly clock: ClockName;
}

/** Measures one workload. `step` is called after each form that has entered, and after each round. */
export const measure = async (
  workload: Workload,
  offers: Offers,
  { rounds, clock }: Measuring,
  step: () => void,
): Promise<Result> => {
  const meaning = meaningOf(workload);
  const { forms, without } = formsOf(offers, workload);
  const entrants: Entrant[] = [];
  const failed: Remark[] = [];
  const machine = startLane("peak", clock);
  try {
    await machine.ask({ ask: "prepare", workload: "peak", form: "" });
    const fastest = await machine.ask({ ask: "warm" });
    for (const form of forms) {
      const outcome = await enter(workload, meaning, form, clock);
      if ("lane" in outcome) entrants.push(outcome);
      else failed.push(outcome);
      step();
    }
    const { kept, dropped } = withoutSlow(entrants);
    const [peakSeconds = [], ...seconds] = await race([{ lane: machine, fastest }, ...kept], rounds, step);
    const timed = kept.map((entrant, at) => ({ ...entrant, seconds: seconds[at] ?? [] }));
    const facts = {
      operations: operationsOf(workload),
      bytes: bytesOf(workload),
      nodes: nodesOf(workload),
      goals: workload.goals,
    };
    const { remarks, ...results } = resultsOf(timed, peakSeconds, facts);
    const { name, group } = workload;
    return { workload: name, group, ...results, remarks: [...without, ...failed, ...remarks, ...dropped] };
  } finally {
    for (const { end } of [machine, ...entrants.map(({ lane }) => lane)]) await end();
  }
};
