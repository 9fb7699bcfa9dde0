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

/** How many threads this machine runs at once, as far as it says. */
export const availableThreads = (): number => {
  const { navigator } = globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } };
  // What this module of Node's has.
  const os = builtin("node:os") as { readonly availableParallelism: () => number } | undefined;
  return os?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
};

/** Starts a worker; undefined where there are none. `lost` is called when it ends, for whatever reason, where this can be known. */
export const startWorker = (start: WorkerStart, lost: () => void): StartedWorker | undefined => {
  // What this module of Node's has.
  const node = builtin("node:worker_threads") as { readonly Worker: new (file: URL) => NodeWorker } | undefined;
  if (node !== undefined) {
    const worker = new node.Worker(new URL("./worker.ts", import.meta.url));
    const settled = new Promise<void>((resolve) => {
      for (const event of ["message", "error", "exit"] as const) worker.once(event, resolve);
    });
    worker.once("exit", lost);
    worker.postMessage(start, []);
    // Until then the process waits for it, so that whoever awaits it gets an answer.
    void settled.then(() => worker.unref());
    return { settled, kill: () => void worker.terminate() };
  }
  if (typeof Worker !== "function") return undefined;
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const settled = new Promise<void>((resolve) => {
    worker.addEventListener("message", () => resolve());
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      resolve();
    });
  });
  worker.postMessage(start, []);
  return { settled, kill: () => worker.terminate() };
};
