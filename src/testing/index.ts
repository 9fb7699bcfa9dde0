// The package entry `weftgraph/testing`: random graphs, and whether the backends agree on them. Needs fast-check, which the
// other entries do not.
export { computingOps, type GraphCase, type GraphOptions, graphs } from "./arbitraries/graph.ts";
export type { ValueProfile } from "./arbitraries/values.ts";
export { type Difference, firstDifference, type Outcome, type PortArrays, runEverywhere } from "./backends-agree.ts";
