// The package entry `weftgraph/testing`: random graphs, attention in random spellings, whether the backends agree on them, and the properties
// that a compiler of graphs has, each for one graph at a time. Needs fast-check, which the other entries do not.
export { type AttentionSpelling, attentionSpellings, type MaskSpelling } from "./arbitraries/attention-spellings.ts";
export { computingOps, type GraphCase, type GraphOptions, graphs } from "./arbitraries/graph.ts";
export { attentionCase } from "./arbitraries/spell-attention.ts";
export type { ValueProfile } from "./arbitraries/values.ts";
export { type Difference, firstDifference, type Outcome, type PortArrays, runEverywhere } from "./backends-agree.ts";
export { deadCodeInsensitive } from "./properties/dead-code-insensitive.ts";
export { type CompileFor, deterministic } from "./properties/deterministic.ts";
export { fusedEqualsUnfused } from "./properties/fused-equals-unfused.ts";
export { exactPasses, graphPasses, recurrencePasses, roundingPasses } from "./properties/graph-passes.ts";
export { loopPassPreservesSemantics } from "./properties/loop-pass-preserves-semantics.ts";
export { memoryPlanNoAlias } from "./properties/memory-plan-no-alias.ts";
export { passIsUseful, type Usefulness } from "./properties/pass-is-useful.ts";
export { passPreservesSemantics } from "./properties/pass-preserves-semantics.ts";
export { pipelineConfluent } from "./properties/pipeline-confluent.ts";
export { planViolations } from "./properties/plan-violations.ts";
export { printParseRoundTrip, type TextForm } from "./properties/print-parse-round-trip.ts";
export { ruleSound } from "./properties/rule-sound.ts";
export { serializeRoundTrip, type TensorFormat } from "./properties/serialize-round-trip.ts";
export { shapeInferenceSound } from "./properties/shape-inference-sound.ts";
export type { GraphProperty, Violation } from "./property.ts";
