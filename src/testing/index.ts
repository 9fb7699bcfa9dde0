// The package entry `weftgraph/testing`: random graphs, models, trainings, tensors, names and files, attention in random
// spellings, and whether the backends agree. Needs fast-check, which the other entries do not.
export { type AttentionSpelling, attentionSpellings, type MaskSpelling } from "./arbitraries/attention-spellings.ts";
export {
  type Distribution,
  describeDistribution,
  distributionOf,
  type GraphSizes,
} from "./arbitraries/distribution.ts";
export { computingOps, type GraphOptions, graphs } from "./arbitraries/graph.ts";
export type { CaseOrigin, GraphCase } from "./arbitraries/graph-case.ts";
export { hostileNames } from "./arbitraries/hostile-names.ts";
export { malformed, malformedText } from "./arbitraries/malformed.ts";
export { type ModelCase, type ModelKind, modelKinds, models } from "./arbitraries/models.ts";
export { motifs } from "./arbitraries/motifs/index.ts";
export type { FloatDType, Motif, MotifSite, Motifs, Suiting } from "./arbitraries/motifs/motif.ts";
export { exactPasses, freePasses, pipelines } from "./arbitraries/pipelines.ts";
export { attentionCase } from "./arbitraries/spell-attention.ts";
export { type TypeOptions, tensors, tensorsOf, tensorTypes } from "./arbitraries/tensor.ts";
export { type TrainingCase, trainings } from "./arbitraries/trainings.ts";
export { type ValueProfile, valueProfiles } from "./arbitraries/values.ts";
export { type Difference, firstDifference, type Outcome, type PortArrays, runEverywhere } from "./backends-agree.ts";
export type { GraphProperty, Violation } from "./property.ts";
