// The variables by which a failure is replayed: WEFTGRAPH_SEED and WEFTGRAPH_PATH. Browsers have no environment, and get none.

interface Host {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/** What the environment asks for. */
export interface Replay {
  readonly seed: number | undefined;
  readonly path: string | undefined;
}

/** The seed and the path that the environment gives; text that is no whole number is no seed. */
export const replayOf = (environment: Readonly<Record<string, string | undefined>>): Replay => {
  const seed = Number(environment["WEFTGRAPH_SEED"] ?? Number.NaN);
  return { seed: Number.isSafeInteger(seed) ? seed : undefined, path: environment["WEFTGRAPH_PATH"] };
};

/** What the environment of this process asks for. */
// A global that Node has and browsers lack, seen through the little that is read of it.
export const requestedReplay = (): Replay => replayOf((globalThis as Host).process?.env ?? {});
