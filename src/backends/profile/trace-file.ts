// Measured runs in Trace Event Format (Google, "Trace Event Format", 2016): what chrome://tracing, ui.perfetto.dev and the
// performance panel of the browsers' developer tools open. Each run is a slice, in it the layers, in these their calls.
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

/** All measured runs, one after the other. */
export const traceFile = (
  { program, entry, backend, calls }: Pick<Profile, "program" | "entry" | "backend" | "calls">,
  { marks }: Times,
): TraceFile => {
  const start = marks[0]?.[0] ?? 0;
  const stretches = stretchesOf(calls);
  const details = calls.map(detailsOf);
  const runEvents = (run: Float64Array, position: number): readonly TraceEvent[] => {
    const slice = (name: string, first: number, end: number, args: TraceEvent["args"]): TraceEvent => {
      const [from, to] = [run[first] ?? 0, run[end] ?? 0];
      return { name, cat: category, ph: "X", ...thread, ts: (from - start) * 1000, dur: (to - from) * 1000, args };
    };
    return [
      slice(entry, 0, calls.length, { run: position + 1 }),
      ...stretches.flatMap(({ layer, first, end }) => [
        ...(layer === undefined ? [] : [slice(layer, first, end, {})]),
        ...calls
          .slice(first, end)
          .map(({ kernel }, at) => slice(kernel, first + at, first + at + 1, details[first + at] ?? {})),
      ]),
    ];
  };
  return {
    traceEvents: [
      named("process_name", program),
      named("thread_name", `${entry} on ${backend}`),
      ...marks.flatMap((run, position) => runEvents(run, position)),
    ],
    displayTimeUnit: "ms",
    otherData: { program, entry, backend },
  };
};
