// Who there is, by the names that `--peers` takes and tables show.
import type { Kind } from "../workloads/tasks.ts";

/** What is known of a contender without loading it. */
interface ContenderFacts {
  /** Ours, in one of its ways to run. */
  readonly own: boolean;
  /** The kinds of workload that it is there for; all unless said. */
  readonly only?: readonly Kind[];
  /** How many threads it has, if more than one: it is there for the workloads that ask for that. */
  readonly threads?: number;
  /** Whether its numerics are relaxed: likewise. */
  readonly relaxed?: boolean;
}

const contenders = {
  weftgraph: { own: true },
  "weftgraph-relaxed": { own: true, relaxed: true },
  "weftgraph-2-threads": { own: true, threads: 2 },
  "weftgraph-js": { own: true, only: ["script"] },
  "weftgraph-closure": { own: true, only: ["script"] },
  "ort-web": { own: false },
  "ort-web-2-threads": { own: false, threads: 2 },
  jax: { own: false },
  "tfjs-wasm": { own: false },
  "tfjs-cpu": { own: false, only: ["script"] },
  "ort-node": { own: false },
} as const satisfies Readonly<Record<string, ContenderFacts>>;

export type ContenderName = keyof typeof contenders;

/** Us, as we are by default: what goals are about unless they say otherwise. */
export const own = "weftgraph";

/** Whether there is such a contender. */
export const isContender = (name: string): name is ContenderName => Object.hasOwn(contenders, name);

const names: readonly ContenderName[] = Object.keys(contenders).filter(isContender);

/** Whether a contender is one of our ways to run. */
export const isOwn = (name: ContenderName): boolean => contenders[name].own;

/** Everyone else, in the order of the tables. */
export const peers: readonly ContenderName[] = names.filter((name) => !isOwn(name));

/** Ours. */
export const ours: readonly ContenderName[] = names.filter(isOwn);

/** What of a workload says who is there for it. */
interface Asked {
  readonly kind: Kind;
  readonly threads?: boolean;
  readonly relaxed?: boolean;
}

/** Whether a contender is there for a workload. */
export const isThereFor = (name: ContenderName, { kind, threads = false, relaxed = false }: Asked): boolean => {
  const facts: ContenderFacts = contenders[name];
  const { only, threads: its = 1 } = facts;
  return (only?.includes(kind) ?? true) && (its === 1 || threads) && (facts.relaxed !== true || relaxed);
};

/** Whether a contender has several threads, whose time on the processor says nothing about how long it takes. */
export const isThreaded = (name: ContenderName): boolean => {
  const { threads = 1 }: ContenderFacts = contenders[name];
  return threads > 1;
};
