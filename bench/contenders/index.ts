// Who there is, by the names that `--peers` takes. Loaded only in the process that measures: a peer may not be installed.
import type { Contender } from "./contender.ts";

const loaders = {
  weftgraph: () => import("./weftgraph.ts"),
  "ort-web": () => import("./ort-web.ts"),
  jax: () => import("./jax.ts"),
  "tfjs-wasm": () => import("./tfjs.ts"),
  "ort-node": () => import("./ort-node.ts"),
} as const satisfies Readonly<Record<string, () => Promise<{ readonly contender: Contender }>>>;

export type ContenderName = keyof typeof loaders;

/** Us. */
export const own = "weftgraph";

const isContender = (name: string): name is ContenderName => Object.hasOwn(loaders, name);

/** Everyone else, in the order of the tables. */
export const peers: readonly ContenderName[] = Object.keys(loaders)
  .filter(isContender)
  .filter((name) => name !== own);

/** Loads a contender. */
export const loadContender = async (name: string): Promise<Contender> => {
  if (!isContender(name)) throw new Error(`no contender ${name}`);
  return (await loaders[name]()).contender;
};
