// Starting workers, in browsers and in Node: from a file of the package, never from text, as strict content security policies ask. The
// address is written the way that bundlers look for.
import type { WorkerStart } from "./worker.ts";

/** A worker that was started. */
export interface StartedWorker {
  /** When it is ready for jobs, or is known never to be. */
  readonly settled: Promise<void>;
}

interface BrowserWorker {
  readonly postMessage: (message: WorkerStart) => void;
  onmessage: (() => void) | null;
  onerror: ((event: { readonly preventDefault: () => void }) => void) | null;
}

interface NodeWorker {
  readonly postMessage: (message: WorkerStart) => void;
  readonly once: (event: "message" | "error" | "exit", listener: () => void) => void;
  readonly unref: () => void;
}

declare const Worker: (new (file: URL, options: { readonly type: "module" }) => BrowserWorker) | undefined;

/** A module of Node's, where this is Node. */
const builtin = <M>(name: string): M | undefined => {
  const { process } = globalThis as { readonly process?: { readonly getBuiltinModule?: (name: string) => unknown } };
  // The caller says what the module is.
  return process?.getBuiltinModule?.(name) as M | undefined;
};

/** How many threads this machine runs at once, as far as it says. */
export const availableThreads = (): number => {
  const { navigator } = globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } };
  return (
    builtin<{ readonly availableParallelism: () => number }>("node:os")?.availableParallelism() ??
    navigator?.hardwareConcurrency ??
    1
  );
};

/** Starts a worker; undefined where there are none. */
export const startWorker = (start: WorkerStart): StartedWorker | undefined => {
  const node = builtin<{ readonly Worker: new (file: URL) => NodeWorker }>("node:worker_threads");
  if (node !== undefined) {
    const worker = new node.Worker(new URL("./worker.ts", import.meta.url));
    const settled = new Promise<void>((resolve) => {
      for (const event of ["message", "error", "exit"] as const) worker.once(event, resolve);
    });
    worker.postMessage(start);
    // Until then the process waits for it, so that whoever awaits it gets an answer.
    void settled.then(() => worker.unref());
    return { settled };
  }
  if (typeof Worker !== "function") return undefined;
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const settled = new Promise<void>((resolve) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => {
      event.preventDefault();
      resolve();
    };
  });
  worker.postMessage(start);
  return { settled };
};
