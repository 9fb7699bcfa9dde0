// Measured runs in Trace Event Format (Google, "Trace Event Format", 2016): what chrome://tracing, ui.perfetto.dev and the
// performance panel of the browsers' developer tools open. Each run is a slice, in it the layers, in these their calls; runs of
// the preparation follow.
import type { Times } from "./measure-calls.ts";
import type { CallProfile, Profile, TraceEvent, TraceFile } from "./profile.ts";

/** There is one process with one thread. */
const thread = { pid: 1, tid: 1 } as const;

const category = "weftgraph";

const named = (what: "process_name" | "thread_name", name: string): TraceEvent => {
  return { name: what, cat: "__metadata", ph: "M", ...thread, ts: 0, args: { name } };
};

const detailsOf = (call: CallProfile): TraceEvent["args"] => ({
  operations: call.operations.join(" "),
  layer: call.layer,
  parameters: call.parameters.length === 0 ? undefined : call.parameters.join(" "),
  location: call.location === undefined ? undefined : `${call.location.file}:${call.location.line}`,
  flops: call.flops,
  bytes: call.bytes,
  "GFLOP/s": call.gigaflopsPerSecond,
  "GB/s": call.gigabytesPerSecond,
});

/** Calls of one layer that follow one another: the positions of the first and behind the last. */
interface Stretch {
  readonly layer: string | undefined;
  readonly first: number;
  readonly end: number;
}

const stretchesOf = (calls: readonly CallProfile[]): readonly Stretch[] => {
  const starts = [...calls.keys()].filter((at) => at === 0 || calls[at]?.layer !== calls[at - 1]?.layer);
  return starts.map((first, at) => ({ layer: calls[first]?.layer, first, end: starts[at + 1] ?? calls.length }));
};

/** The events of runs that make the same calls. */
const eventsOfRuns = (
  name: string,
  calls: readonly CallProfile[],
  marks: readonly Float64Array[],
  start: number,
): readonly TraceEvent[] => {
  const stretches = stretchesOf(calls);
  const details = calls.map(detailsOf);
  const runEvents = (run: Float64Array, position: number): readonly TraceEvent[] => {
    const slice = (what: string, first: number, end: number, args: TraceEvent["args"]): TraceEvent => {
      const [from, to] = [run[first] ?? 0, run[end] ?? 0];
      return {
        name: what,
        cat: category,
        ph: "X",
        ...thread,
        ts: (from - start) * 1000,
        dur: (to - from) * 1000,
        args,
      };
    };
    return [
      slice(name, 0, calls.length, { run: position + 1 }),
      ...stretches.flatMap(({ layer, first, end }) => [
        ...(layer === undefined ? [] : [slice(layer, first, end, {})]),
        ...calls
          .slice(first, end)
          .map(({ kernel }, at) => slice(kernel, first + at, first + at + 1, details[first + at] ?? {})),
      ]),
    ];
  };
  return marks.flatMap(runEvents);
};

/** All measured runs, one after the other. */
export const traceFile = (
  {
    program,
    entry,
    backend,
    calls,
    preparation,
  }: Pick<Profile, "program" | "entry" | "backend" | "calls" | "preparation">,
  times: Times,
): TraceFile => {
  const start = times.marks[0]?.[0] ?? 0;
  return {
    traceEvents: [
      named("process_name", program),
      named("thread_name", `${entry} on ${backend}`),
      ...eventsOfRuns(entry, calls, times.marks, start),
      ...eventsOfRuns("prepare", preparation, times.preparation, start),
    ],
    displayTimeUnit: "ms",
    otherData: { program, entry, backend },
  };
};
