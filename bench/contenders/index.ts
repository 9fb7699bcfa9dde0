// Loads contenders, each only in the process that measures it: a peer may not be installed.
import type { Contender } from "./contender.ts";
import { type ContenderName, isContender } from "./names.ts";

const loaders: { readonly [C in ContenderName]: () => Promise<{ readonly contender: Contender }> } = {
  weftgraph: () => import("./weftgraph/index.ts"),
  "weftgraph-relaxed": () => import("./weftgraph/index.ts").then(({ relaxed }) => ({ contender: relaxed })),
  "weftgraph-2-threads": () => import("./weftgraph/index.ts").then(({ twoThreads }) => ({ contender: twoThreads })),
  "weftgraph-js": () => import("./weftgraph/scripts.ts").then(({ javascript }) => ({ contender: javascript })),
  "weftgraph-closure": () => import("./weftgraph/scripts.ts").then(({ closure }) => ({ contender: closure })),
  "ort-web": () => import("./ort-web.ts"),
  "ort-web-2-threads": () => import("./ort-web.ts").then(({ twoThreads }) => ({ contender: twoThreads })),
  jax: () => import("./jax/index.ts"),
  "tfjs-wasm": () => import("./tfjs/index.ts").then(({ tfjs }) => ({ contender: tfjs("wasm") })),
  "tfjs-cpu": () => import("./tfjs/index.ts").then(({ tfjs }) => ({ contender: tfjs("cpu") })),
  "ort-node": () => import("./ort-node.ts"),
};

/** Loads a contender. */
export const loadContender = async (name: string): Promise<Contender> => {
  if (!isContender(name)) throw new Error(`no contender ${name}`);
  return (await loaders[name]()).contender;
};
