// Starting workers, in browsers and in Node: from a file of the package, never from text, as strict content security policies ask. The
// address is written the way that bundlers look for.
import type { WorkerStart } from "./worker.ts";

/** A worker that was started. */
export interface StartedWorker {
  /** When it is ready for jobs, or is known never to be. */
  readonly settled: Promise<void>;
  /** Ends it, whatever it does. */
  readonly kill: () => void;
}

interface BrowserWorker {
  readonly terminate: () => void;
  readonly postMessage: (message: WorkerStart, transfer: readonly object[]) => void;
  readonly addEventListener: (
    type: "message" | "error",
    listener: (event: { readonly preventDefault: () => void }) => void,
  ) => void;
}

interface NodeWorker {
  readonly postMessage: (message: WorkerStart, transfer: readonly object[]) => void;
  readonly once: (event: "message" | "error" | "exit", listener: () => void) => void;
  readonly unref: () => void;
  readonly terminate: () => unknown;
}

declare const Worker: (new (file: URL, options: { readonly type: "module" }) => BrowserWorker) | undefined;

/** A module of Node's, where this is Node. */
const builtin = (name: string): unknown => {
  const { process } = globalThis as { readonly process?: { readonly getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name);
};

/** What is waited for, but only so many milliseconds. */
const within = (patience: number, listen: (resolve: () => void) => void): Promise<void> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patience);
    listen(resolve);
  }).then(() => clearTimeout(timer));
};

/** How many threads this machine runs at once, as far as it says. */
export const availableThreads = (): number => {
  const { navigator } = globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } };
  // What this module of Node's has.
  const os = builtin("node:os") as { readonly availableParallelism: () => number } | undefined;
  return os?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
};

/** How long a worker is waited for, and who is told when it ends, for whatever reason, where this can be known. */
export interface WorkerCare {
  readonly lost: () => void;
  /** In milliseconds. */
  readonly patience: number;
}

/** A worker of Node's. Until it is settled the process waits for it, so that whoever awaits it gets an answer. */
const startInNode = (Thread: new (file: URL) => NodeWorker, start: WorkerStart, care: WorkerCare): StartedWorker => {
  const worker = new Thread(new URL("./worker.ts", import.meta.url));
  const settled = within(care.patience, (resolve) => {
    for (const event of ["message", "error", "exit"] as const) worker.once(event, resolve);
  });
  worker.once("exit", care.lost);
  worker.postMessage(start, []);
  void settled.then(() => worker.unref());
  return { settled, kill: () => void worker.terminate() };
};

const startInBrowser = (start: WorkerStart, { patience }: WorkerCare): StartedWorker | undefined => {
  if (typeof Worker !== "function") return undefined;
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const settled = within(patience, (resolve) => {
    worker.addEventListener("message", resolve);
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      resolve();
    });
  });
  worker.postMessage(start, []);
  return { settled, kill: () => worker.terminate() };
};

/** Starts a worker; undefined where there are none, or none are allowed. */
export const startWorker = (start: WorkerStart, care: WorkerCare): StartedWorker | undefined => {
  // What this module of Node's has.
  const node = builtin("node:worker_threads") as { readonly Worker: new (file: URL) => NodeWorker } | undefined;
  try {
    return node === undefined ? startInBrowser(start, care) : startInNode(node.Worker, start, care);
  } catch {
    // A policy of the page's, or Node's permissions: the caller works alone, as it does where nothing is shared.
    return undefined;
  }
};
