// Profiles an entry point: measures it, and puts times beside work.
import type { Instance } from "../backend.ts";
import { type CallFacts, factsOfCalls } from "./call-facts.ts";
import { measureCalls, type Subject, type Times } from "./measure-calls.ts";
import { printProfile } from "./print-profile.ts";
import type { CallProfile, Cost, KernelProfile, LayerProfile, Profile, ProfileOptions } from "./profile.ts";
import { fasterHalfMean } from "./samples.ts";
import { traceFile } from "./trace-file.ts";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** 10^9 in a second; 0 where the clock saw no time pass. */
const perSecond = (count: number, milliseconds: number): number => (milliseconds > 0 ? count / milliseconds / 1e6 : 0);

const costOf = (
  { flops, bytes, accessedBytes, exact }: Pick<Cost, "flops" | "bytes" | "accessedBytes" | "exact">,
  milliseconds: number,
  total: number,
): Cost => ({
  milliseconds,
  share: total > 0 ? milliseconds / total : 0,
  flops,
  bytes,
  accessedBytes,
  exact,
  gigaflopsPerSecond: perSecond(flops, milliseconds),
  gigabytesPerSecond: perSecond(bytes, milliseconds),
});

const sumOfCosts = (parts: readonly Cost[], total: number): Cost => {
  const summed = {
    flops: sum(parts.map(({ flops }) => flops)),
    bytes: sum(parts.map(({ bytes }) => bytes)),
    accessedBytes: sum(parts.map(({ accessedBytes }) => accessedBytes)),
    exact: parts.every(({ exact }) => exact),
  };
  return costOf(summed, sum(parts.map(({ milliseconds }) => milliseconds)), total);
};

/** Calls that have something in common; those that took most first. */
const grouped = <Key>(
  calls: readonly CallProfile[],
  keyOf: (call: CallProfile) => Key,
  total: number,
): readonly (readonly [key: Key, calls: readonly CallProfile[], cost: Cost])[] => {
  const groups = new Map<Key, CallProfile[]>();
  for (const call of calls) groups.set(keyOf(call), [...(groups.get(keyOf(call)) ?? []), call]);
  return [...groups]
    .map(([key, own]) => [key, own, sumOfCosts(own, total)] as const)
    .toSorted(([, , a], [, , b]) => b.milliseconds - a.milliseconds);
};

const callsOf = (facts: readonly CallFacts[], marks: Times["marks"]): readonly CallProfile[] => {
  const times = facts.map((_, at) => fasterHalfMean(marks.map((run) => (run[at + 1] ?? 0) - (run[at] ?? 0))));
  const total = sum(times);
  return facts.map(({ work, ...known }, at) => ({ ...known, ...costOf(work, times[at] ?? 0, total) }));
};

/** Profiles an entry point on an instance of its `callwise` program. */
export const profileEntry = (
  instance: Instance,
  backend: string,
  subject: Subject,
  options: ProfileOptions = {},
): Profile => {
  const { program, entry } = subject;
  const times = measureCalls(instance, subject, options);
  const calls = callsOf(factsOfCalls(program, entry.calls), times.marks);
  const total = sum(calls.map(({ milliseconds }) => milliseconds));
  const milliseconds = fasterHalfMean(times.whole);
  const marked = fasterHalfMean(times.marks.map((run) => (run.at(-1) ?? 0) - (run[0] ?? 0)));
  const flops = sum(calls.map((call) => call.flops));
  const figures = {
    program: program.name,
    entry: entry.name,
    backend,
    runs: times.whole.length,
    milliseconds,
    fastest: Math.min(...times.whole),
    overhead: milliseconds > 0 ? marked / milliseconds - 1 : 0,
    flops,
    gigaflopsPerSecond: perSecond(flops, milliseconds),
    calls,
    preparation: callsOf(factsOfCalls(program, program.prepare), times.preparation),
    kernels: grouped(calls, ({ kernel }) => kernel, total).map(
      ([kernel, own, cost]): KernelProfile => ({
        kernel,
        calls: own.length,
        layers: [...new Set(own.flatMap(({ layer }) => layer ?? []))],
        ...cost,
      }),
    ),
    layers: grouped(calls, ({ layer }) => layer, total).map(
      ([layer, own, cost]): LayerProfile => ({ layer, calls: own.length, ...cost }),
    ),
  };
  return {
    ...figures,
    text: (shown) => printProfile(figures, shown),
    trace: () => traceFile(figures, times),
  };
};
