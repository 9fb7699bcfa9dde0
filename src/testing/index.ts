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
export { type Conditioning, conditioning } from "./oracle/conditioning.ts";
export { type Bounded, type BoundedResults, type BoundOptions, evaluateBounded } from "./oracle/evaluate-bounded.ts";
export { type Counts, type Judgement, judge, type OutOfBound } from "./oracle/judge.ts";
export { type AgreesWithMeaningOptions, agreesWithMeaning } from "./properties/agrees-with-meaning.ts";
export type { GraphProperty, Violation } from "./property.ts";
export { type ForAllOptions, forAll, type Progress } from "./report/for-all.ts";
export { type Minimized, minimize, type ShrinkBudget } from "./shrinking/minimize.ts";
export { shrinking } from "./shrinking/shrinking.ts";
export { simplerCases } from "./shrinking/simpler-cases.ts";
