// The WebAssembly backend on several threads: one module, an instance of it on each thread over one shared memory, entry points run phase by
// phase. Where memory cannot be shared the same program runs as `wasmBackend` runs any other.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { copyBytes, type PlannedProgram, type Sharing } from "../../ir/loop/kernel.ts";
import type { Backend, Instance } from "../backend.ts";
import { phaseName } from "../threads/barrier.ts";
import { availableThreads } from "../threads/start-worker.ts";
import { startTeam, type Team } from "../threads/team.ts";
import type { Task } from "../threads/worker.ts";
import { type EngineMemory, type EngineModule, engine } from "./engine.ts";
import { runnableModule, wasmBackend } from "./instantiate.ts";
import { entryExport, pageBytes, prepareExport } from "./module.ts";
import { phasesOf } from "./phases.ts";

/** A program that several threads may run, with a memory that they may share. */
interface Shared {
  readonly program: PlannedProgram;
  readonly sharing: Sharing;
  readonly threads: number;
  readonly memory: EngineMemory;
  /** The entry points, and last the preparation. */
  readonly tasks: readonly Task[];
}

/** A memory that threads may share, where there is such a thing: pages must be isolated from other origins for it. */
const sharedMemory = (bytes: number): EngineMemory | undefined => {
  if (typeof SharedArrayBuffer !== "function") return undefined;
  const pages = Math.ceil(bytes / pageBytes);
  try {
    return new engine.Memory({ initial: pages, maximum: pages, shared: true });
  } catch {
    return undefined;
  }
};

/** What threads can do together: the entry points of a program, and last its preparation. */
export const tasksOf = (program: PlannedProgram): readonly Task[] =>
  [...program.entries.map(({ calls }) => calls), program.prepare].map((calls, position) => ({
    name: position < program.entries.length ? entryExport(position) : prepareExport,
    phases: phasesOf(program, calls).map(({ isForAll }) => isForAll),
  }));

const share = (program: PlannedProgram, most: number): Shared | undefined => {
  const { sharing } = program;
  if (sharing === undefined || most < 2) return undefined;
  const memory = sharedMemory(program.memory.bytes);
  const threads = Math.min(sharing.threads, most);
  return memory && { program, sharing, threads, memory, tasks: tasksOf(program) };
};

/** Writes for each thread which part of the work is its own. */
const dealer = ({ program, sharing, memory }: Shared): ((threads: number) => void) => {
  const buffer = program.buffers.get(sharing.buffer);
  const offset = program.memory.offsets.get(sharing.buffer);
  invariant(buffer !== undefined && offset !== undefined, "what says the parts has its place");
  let present = 1;
  return (threads) => {
    if (threads === present) return;
    present = threads;
    for (let thread = 0; thread < threads; thread++)
      new Int32Array(memory.buffer, offset + thread * copyBytes(buffer), 2).set([thread, threads]);
  };
};

/** Ends the workers of programs that nobody holds any more. */
const abandoned = new FinalizationRegistry<Team["stop"]>((stop) => stop());

const instanceOf = (module: EngineModule, shared: Shared): { readonly instance: Instance; readonly team: Team } => {
  const { program, sharing, threads, memory, tasks } = shared;
  const { exports } = new engine.Instance(module, { env: { memory } });
  const functions = tasks.map(({ name, phases }) =>
    phases.map((_, phase) => {
      const run = exports[phaseName(name, phase)];
      invariant(typeof run === "function", `the module exports phase ${phase} of ${name}`);
      return run as (thread: number) => void;
    }),
  );
  const team = startTeam({ threads, module, memory, tasks });
  const deal = dealer(shared);
  const positions = new Map(program.entries.map(({ name }, position) => [name, position]));
  const run = (task: number): void => {
    const phases = functions[task] ?? [];
    const count = sharing.worthwhile[task] === true ? team.threads() : 1;
    deal(count);
    if (count === 1) for (const phase of phases) phase(0);
    else team.lead(task, (phase) => phases[phase]?.(0));
  };
  const instance: Instance = {
    memory: memory.buffer,
    run: (entry) => {
      const position = positions.get(entry);
      invariant(position !== undefined, `the program has no entry point ${entry}`);
      run(position);
    },
    prepare: () => run(program.entries.length),
    threads: team.threads,
    dispose: team.stop,
  };
  abandoned.register(instance, team.stop);
  return { instance, team };
};

/** Runs programs whose work is shared on up to so many threads; by default as many as this machine runs at once. */
export const threadedBackend = (most: number = availableThreads()): Backend => ({
  name: "wasm",
  instantiate: (program) => {
    const shared = share(program, most);
    if (shared === undefined) return wasmBackend.instantiate(program);
    const { bytes } = runnableModule(program, { shared: true });
    return instanceOf(new engine.Module(bytes), shared).instance;
  },
  instantiateAsync: async (program) => {
    const shared = share(program, most);
    if (shared === undefined) return (wasmBackend.instantiateAsync ?? wasmBackend.instantiate)(program);
    const { bytes } = runnableModule(program, { shared: true });
    const { instance, team } = instanceOf(await engine.compile(bytes), shared);
    await team.settled;
    return instance;
  },
});
