// A worker: makes an instance of its own over the shared memory, then takes part in one job after the other until there are no more. The
// package has this as a file, so that it may run where scripts must come from files. It imports nothing that needs a host.
import { arrive, meet, phaseName, places, stop, waitForChange } from "./barrier.ts";

/** What all threads do together: an entry point, or the preparation. */
export interface Task {
  /** The exported functions of its phases are NAME_0, NAME_1, ... */
  readonly name: string;
  /** For each phase whether there is something in it for every thread. */
  readonly phases: readonly boolean[];
}

/** What a worker is told. */
export interface WorkerStart {
  readonly module: object;
  readonly memory: object;
  readonly control: Int32Array<SharedArrayBuffer>;
  /** Its number; the caller of the program is 0. */
  readonly thread: number;
  readonly threads: number;
  readonly tasks: readonly Task[];
}

/** How a worker and its starter talk, in browsers and in Node. */
interface Port {
  readonly postMessage: (message: string) => void;
  readonly close: () => void;
}

interface Host extends Port {
  readonly addEventListener: (type: "message", listener: (event: { readonly data: WorkerStart }) => void) => void;
  readonly process?: { readonly getBuiltinModule?: (name: string) => unknown };
  readonly WebAssembly: {
    readonly Instance: new (
      module: object,
      imports: object,
    ) => { readonly exports: Record<string, (thread: number) => void> };
  };
}

// A worker's global object has these.
const host = globalThis as unknown as Host;

const work = ({ module, memory, control, thread, threads, tasks }: WorkerStart, port: Port): void => {
  const { exports } = new host.WebAssembly.Instance(module, { env: { memory } });
  const run = ({ name, phases }: Task, phase: number): void => {
    try {
      if (phases[phase] === true) exports[phaseName(name, phase)]?.(thread);
    } catch {
      // The others wait for this thread all the same; the caller looks whether any has failed.
      Atomics.store(control, places.failed, 1);
    }
  };
  let job = Atomics.load(control, places.job);
  Atomics.add(control, places.ready, 1);
  port.postMessage("ready");
  // It may be told to stop before it has begun.
  while (Atomics.load(control, places.task) !== stop) {
    waitForChange(control, places.job, job, true);
    job = Atomics.load(control, places.job);
    const task = tasks[Atomics.load(control, places.task)];
    if (task === undefined) continue;
    for (const phase of task.phases.keys()) {
      run(task, phase);
      if (phase < task.phases.length - 1) meet(control, threads, true);
      else arrive(control, threads);
    }
  }
  port.close();
};

interface NodeThreads {
  readonly parentPort:
    | (Port & { readonly once: (event: "message", listener: (start: WorkerStart) => void) => void })
    | null;
}

// What this module of Node's is.
const threadsOfNode = host.process?.getBuiltinModule?.("node:worker_threads") as NodeThreads | undefined;
const parent = threadsOfNode?.parentPort;
if (parent === undefined || parent === null) host.addEventListener("message", ({ data }) => work(data, host));
else parent.once("message", (start) => work(start, parent));
