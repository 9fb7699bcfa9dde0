// Cuts the calls of an entry point into phases, between which threads wait for one another. Within a phase no thread touches what another one
// writes: calls for all threads share nothing with one another, nor with what the first thread does alone. Calls that it does alone follow
// one another without waiting. Memory is compared where it lies, since buffers take the places of others.
import { type Call, copyBytes, type PlannedProgram } from "../../ir/loop/kernel.ts";
import { dtypes } from "../../ir/types/dtype.ts";

/** Calls between two waits. */
export interface Phase {
  readonly calls: readonly Call[];
  /** Whether there is something in it for every thread. */
  readonly isForAll: boolean;
}

/** Whether every thread takes part in a call; it is for one thread otherwise. */
export const isForAll = ({ sharing }: PlannedProgram, { buffers }: Call): boolean =>
  sharing !== undefined && buffers.includes(sharing.buffer);

/** Bytes that a call reads or writes. */
interface Reach {
  readonly start: number;
  readonly end: number;
  readonly writes: boolean;
}

const reachesOf = (program: PlannedProgram, { kernel, buffers }: Call): readonly Reach[] =>
  buffers.flatMap((name, position) => {
    const buffer = program.buffers.get(name);
    const start = program.memory.offsets.get(name) ?? 0;
    if (buffer === undefined || name === program.sharing?.buffer) return [];
    const { copies = 1 } = buffer;
    const bytes = copies > 1 ? copies * copyBytes(buffer) : buffer.length * dtypes[buffer.dtype].bytes;
    return [
      { start, end: start + bytes, writes: program.kernels.get(kernel)?.parameters[position]?.access !== "read" },
    ];
  });

const meet = (one: readonly Reach[], other: readonly Reach[]): boolean =>
  one.some((a) => other.some((b) => (a.writes || b.writes) && a.start < b.end && b.start < a.end));

/** The phases of some calls, in order. */
export const phasesOf = (program: PlannedProgram, calls: readonly Call[]): readonly Phase[] => {
  const phases: Phase[] = [];
  let [own, all, first]: [Call[], Reach[], Reach[]] = [[], [], []];
  const end = (): void => {
    if (own.length > 0) phases.push({ calls: own, isForAll: own.some((call) => isForAll(program, call)) });
    [own, all, first] = [[], [], []];
  };
  for (const call of calls) {
    const reaches = reachesOf(program, call);
    const shared = isForAll(program, call);
    if (meet(reaches, all) || (shared && meet(reaches, first))) end();
    own.push(call);
    (shared ? all : first).push(...reaches);
  }
  end();
  return phases;
};
