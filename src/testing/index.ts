// The package entry `weftgraph/testing`: random graphs, attention in random spellings, and whether the backends agree on
// them. Needs fast-check, which the other entries do not.
export { type AttentionSpelling, attentionSpellings, type MaskSpelling } from "./arbitraries/attention-spellings.ts";
export { type Distribution, describeDistribution, type GraphSizes } from "./arbitraries/distribution.ts";
export { computingOps, type GraphOptions, graphs } from "./arbitraries/graph.ts";
export type { CaseOrigin, GraphCase } from "./arbitraries/graph-case.ts";
export { motifs } from "./arbitraries/motifs/index.ts";
export type { FloatDType, Motif, MotifSite, Motifs, Suiting } from "./arbitraries/motifs/motif.ts";
export { attentionCase } from "./arbitraries/spell-attention.ts";
export type { ValueProfile } from "./arbitraries/values.ts";
export { type Difference, firstDifference, type Outcome, type PortArrays, runEverywhere } from "./backends-agree.ts";
export type { GraphProperty, Violation } from "./property.ts";
