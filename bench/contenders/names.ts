// Who there is, by the names that `--peers` takes and tables show.
import type { Kind } from "../workloads/tasks.ts";

/** What is known of a contender without loading it. */
interface ContenderFacts {
  /** Ours, in one of its ways to run. */
  readonly own: boolean;
  /** The kinds of workload that it is there for; all unless said. */
  readonly only?: readonly Kind[];
}

const facts = {
  weftgraph: { own: true },
  "weftgraph-js": { own: true, only: ["script"] },
  "weftgraph-closure": { own: true, only: ["script"] },
  "ort-web": { own: false },
  jax: { own: false },
  "tfjs-wasm": { own: false },
  "tfjs-cpu": { own: false, only: ["script"] },
  "ort-node": { own: false },
} as const satisfies Readonly<Record<string, ContenderFacts>>;

export type ContenderName = keyof typeof facts;

/** Us, as we are by default: what goals are about unless they say otherwise. */
export const own = "weftgraph";

/** Whether there is such a contender. */
export const isContender = (name: string): name is ContenderName => Object.hasOwn(facts, name);

const names: readonly ContenderName[] = Object.keys(facts).filter(isContender);

/** Whether a contender is one of our ways to run. */
export const isOwn = (name: ContenderName): boolean => facts[name].own;

/** Everyone else, in the order of the tables. */
export const peers: readonly ContenderName[] = names.filter((name) => !isOwn(name));

/** Ours. */
export const ours: readonly ContenderName[] = names.filter(isOwn);

/** Whether a contender is there for a kind of workload. */
export const isThereFor = (name: ContenderName, kind: Kind): boolean => {
  const { only }: ContenderFacts = facts[name];
  return only === undefined || only.includes(kind);
};
