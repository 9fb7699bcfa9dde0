// The process in which one form of one contender is measured. It does what bench/lane.ts asks: says what the contender
// offers, makes a workload ready and shows its results, warms up, takes a sample.

import { isSettled } from "../src/backends/profile/samples.ts";
import { clocks, isClock } from "./clock.ts";
import { type Offer, offerFor, type Prepared } from "./contenders/contender.ts";
import { loadContender } from "./contenders/index.ts";
import type { Answers, OfferedForms, Request } from "./lane.ts";
import { peak } from "./peak.ts";
import { inputsOf, type Workload } from "./workloads/index.ts";
import { workloads } from "./workloads/table.ts";

/** How long a sample is at least, and a warm-up at least and at most, in seconds. */
const long = { warmingSample: 0.005, sample: 0.02, warmUp: 0.5, longestWarmUp: 10 } as const;

const call = async ({ run }: Prepared): Promise<void> => {
  const results = run();
  if (results instanceof Promise) await results;
};

const [name = "", clock = ""] = process.argv.slice(2);
const clockName = isClock(clock) ? clock : "wall";
const now = clocks[clockName];

const secondsSince = (start: number): number => now() - start;

/** Seconds per call. Where several calls fit into a sample, the first is not counted: others have used the caches since. */
const sample = async (prepared: Prepared, atLeast: number): Promise<number> => {
  if (prepared.seconds !== undefined) return (await prepared.seconds())[clockName];
  const first = now();
  await call(prepared);
  const seconds = secondsSince(first);
  if (seconds >= atLeast) return seconds;
  const start = now();
  let calls = 0;
  while (secondsSince(start) < atLeast) {
    await call(prepared);
    calls++;
  }
  return secondsSince(start) / calls;
};

const warmUp = async (prepared: Prepared): Promise<number> => {
  // A fresh process is never warm.
  if (prepared.seconds !== undefined) return sample(prepared, 0);
  const start = now();
  const samples: number[] = [];
  const isWarm = (): boolean => secondsSince(start) >= long.warmUp && isSettled(samples);
  while (!isWarm() && secondsSince(start) < long.longestWarmUp)
    samples.push(await sample(prepared, long.warmingSample));
  return Math.min(...samples);
};

/** An offer without what only this process can hold. */
const described = (offer: Offer<never>): OfferedForms =>
  "lacks" in offer ? offer : { forms: Object.entries(offer.forms).map(([form, { aside }]) => ({ form, aside })) };

const offers = async (): Promise<Answers["offers"]> => {
  const all = await (await loadContender(name)).start();
  // What is described are names; what the forms do is for tasks of their own.
  return Object.fromEntries(workloads.map((each) => [each.name, described(offerFor(all, each) as Offer<never>)]));
};

const prepareForm = async (workload: Workload, wanted: string): Promise<Prepared> => {
  const offer = offerFor(await (await loadContender(name)).start(), workload);
  const form = "forms" in offer ? offer.forms[wanted] : undefined;
  if (form === undefined) throw new Error(`${name} has no form ${wanted} of ${workload.name}`);
  return form.prepare(workload.task, inputsOf(workload));
};

let prepared: Prepared | undefined;

const ready = (): Prepared => {
  if (prepared === undefined) throw new Error("nothing is prepared");
  return prepared;
};

const prepare = async ({ workload, form }: Extract<Request, { ask: "prepare" }>): Promise<Answers["prepare"]> => {
  const row = workloads.find((each) => each.name === workload);
  prepared = row === undefined ? peak() : await prepareForm(row, form);
  const results = await prepared.run();
  return prepared.inLayout?.(results) ?? results;
};

const answer = (request: Request): Promise<Answers[Request["ask"]]> => {
  switch (request.ask) {
    case "offers":
      return offers();
    case "prepare":
      return prepare(request);
    case "warm":
      return warmUp(ready());
    case "sample":
      return sample(ready(), long.sample);
  }
};

process.on("message", (message) => {
  // Only the process that forked this one sends messages.
  answer(message as Request).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});

process.on("disconnect", () => process.exit());
