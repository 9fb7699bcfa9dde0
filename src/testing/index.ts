// The package entry `weftgraph/testing`: random graphs, attention in random spellings, and whether the backends agree on them. Needs fast-check, which the
// other entries do not.
export { type AttentionSpelling, attentionSpellings, type MaskSpelling } from "./arbitraries/attention-spellings.ts";
export { computingOps, type GraphCase, type GraphOptions, graphs } from "./arbitraries/graph.ts";
export { attentionCase } from "./arbitraries/spell-attention.ts";
export type { ValueProfile } from "./arbitraries/values.ts";
export { type Difference, firstDifference, type Outcome, type PortArrays, runEverywhere } from "./backends-agree.ts";
export { type RobustLoaderOptions, robustLoader } from "./properties/robust-loader.ts";
export type { GraphProperty, Violation } from "./property.ts";
