// Runs an entry point over and over on a memory of its own and looks at the clock between its calls. Parameters are
// copies, put back before each run: every run is the same run, and the model that is profiled stays as it is.
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { inWords } from "../../ir/diagnostics/in-words.ts";
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { EntryPoint, PlannedProgram, Port } from "../../ir/loop/kernel.ts";
import { type DataArray, dtypes } from "../../ir/types/dtype.ts";
import type { Instance } from "../backend.ts";
import { callNames, preparationNames, wholeName } from "./callwise.ts";
import type { ProfileOptions } from "./profile.ts";
import { isSettled } from "./samples.ts";

/** An entry point and the values that it runs on. */
export interface Subject {
  readonly program: PlannedProgram;
  readonly entry: EntryPoint;
  /** In the order of the entry point's inputs. */
  readonly inputs: readonly DataArray[];
  /** The values of parameters, which are not changed. */
  readonly parameter: (port: Port) => DataArray;
}

/** What the clock said, in milliseconds. */
export interface Times {
  /** For each run the time before its first call, and then after each call. */
  readonly marks: readonly Float64Array[];
  /** For each run how long it takes without stopping. */
  readonly whole: readonly number[];
  /** As `marks`, of the preparation. */
  readonly preparation: readonly Float64Array[];
}

/** How long runs are repeated until they are warm, in milliseconds, and how often at least. */
const warming = { longest: 1000, least: 2 } as const;

const checkCount = (what: "runs" | "warmup", count: number, least: number): void => {
  if (Number.isSafeInteger(count) && count >= least) return;
  const expected = `a whole number from ${least} up`;
  reject("W140", { what: `profile: ${what}`, expected, given: inWords(count), write: `{ ${what}: 20 }` });
};

/** Puts inputs, and the parameters that a run changes, back to their values. */
const beginningOf = (instance: Instance, { program, entry, inputs, parameter }: Subject): (() => void) => {
  const viewOf = ({ buffer }: Port): DataArray => {
    const declared = program.buffers.get(buffer);
    const offset = program.memory.offsets.get(buffer);
    invariant(declared !== undefined && offset !== undefined, `buffer ${buffer} has its place`);
    return dtypes[declared.dtype].view(instance.memory, offset, declared.length);
  };
  for (const port of program.parameters) viewOf(port).set(parameter(port));
  instance.prepare();
  const kept = [
    ...entry.inputs.map((port, position) => [viewOf(port), inputs[position] ?? []] as const),
    ...program.parameters
      .filter(({ name }) => entry.updates.includes(name))
      .map((port) => [viewOf(port), parameter(port)] as const),
  ];
  return () => {
    for (const [view, values] of kept) view.set(values);
  };
};

/** Measures the calls of an entry point; `instance` is of its `callwise` program. Refuses (W140) what are no counts. */
export const measureCalls = (instance: Instance, subject: Subject, options: ProfileOptions): Times => {
  const { runs = 20, warmup, clock = () => performance.now(), onRun } = options;
  checkCount("runs", runs, 1);
  if (warmup !== undefined) checkCount("warmup", warmup, 0);
  const begin = beginningOf(instance, subject);
  const markedRun = (names: readonly string[]) => (): Float64Array => {
    const marks = new Float64Array(names.length + 1);
    begin();
    marks[0] = clock();
    for (let at = 0; at < names.length; at++) {
      instance.run(names[at] ?? "");
      marks[at + 1] = clock();
    }
    return marks;
  };
  const runMarked = markedRun(callNames(subject.entry.calls));
  const runWhole = (): number => {
    begin();
    const start = clock();
    instance.run(wholeName);
    return clock() - start;
  };
  const started = clock();
  const warm = (samples: readonly number[]): boolean =>
    warmup === undefined
      ? samples.length >= warming.least && (isSettled(samples) || clock() - started > warming.longest)
      : samples.length >= warmup;
  for (const samples: number[] = []; !warm(samples); samples.push(runWhole())) runMarked();
  const marks: Float64Array[] = [];
  const whole: number[] = [];
  for (let run = 0; run < runs; run++) {
    marks.push(runMarked());
    whole.push(runWhole());
    onRun?.();
  }
  const prepare = markedRun(preparationNames(subject.program.prepare));
  const preparation = subject.program.prepare.length === 0 ? [] : Array.from({ length: runs }, prepare);
  return { marks, whole, preparation };
};
