// The package entry `weftgraph/testing`: the proof kit. Random graphs, models, trainings, tensors, names and files; properties that a compiler of
// graphs has; checks of one's own descriptions; and the oracle, the shrinker and the reports behind them. Needs fast-check, which the
// other entries do not.
export type { Backend } from "../backends/backend.ts";
export type { NamedArrays } from "../backends/reference/interpreter.ts";
export type { KnownType, NdArray } from "../ir/types/ndarray.ts";
export type { FusedGraph } from "../passes/fused-graph.ts";
export type { KernelPass } from "../passes/loop/kernel-pass.ts";
export type { Pass } from "../passes/pass.ts";
export type { Rule } from "../passes/rules.ts";
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
export { longGraphs } from "./arbitraries/long-graphs.ts";
export { malformed, malformedText } from "./arbitraries/malformed.ts";
export { type ModelCase, type ModelKind, modelKinds, models } from "./arbitraries/models.ts";
export { motifs } from "./arbitraries/motifs/index.ts";
export type { FloatDType, Motif, MotifSite, Motifs, Suiting } from "./arbitraries/motifs/motif.ts";
export { pipelines } from "./arbitraries/pipelines.ts";
export { attentionCase } from "./arbitraries/spell-attention.ts";
export { type TypeOptions, tensors, tensorsOf, tensorTypes } from "./arbitraries/tensor.ts";
export { type TrainingCase, trainings } from "./arbitraries/trainings.ts";
export { type ValueProfile, valueProfiles } from "./arbitraries/values.ts";
export { parseCase, printCase } from "./corpus/case-text.ts";
export { type CustomGradientOptions, customGradientMatches } from "./gradients/custom-gradient-matches.ts";
export {
  type GradientSubject,
  type GradientsMatchOptions,
  gradientsMatch,
  type TensorFunction,
} from "./gradients/gradients-match.ts";
export type { Order } from "./gradients/projected.ts";
export { backendsAgree, type DescriptionOptions } from "./kit/backends-agree.ts";
export type { Description } from "./kit/subject.ts";
export { type Conditioning, conditioning } from "./oracle/conditioning.ts";
export { type Bounded, type BoundedResults, type BoundOptions, evaluateBounded } from "./oracle/evaluate-bounded.ts";
export { type Counts, type Judgement, judge, type OutOfBound } from "./oracle/judge.ts";
export { type AgreesOnBackendsOptions, agreesOnBackends } from "./properties/agrees-on-backends.ts";
export { type AgreesWithMeaningOptions, agreesWithMeaning } from "./properties/agrees-with-meaning.ts";
export { deadCodeInsensitive } from "./properties/dead-code-insensitive.ts";
export { type CompileFor, deterministic } from "./properties/deterministic.ts";
export { fusedEqualsUnfused } from "./properties/fused-equals-unfused.ts";
export {
  type CountingProperty,
  type GradientCounts,
  type GradientPropertyOptions,
  gradMatchesNumeric,
} from "./properties/grad-matches-numeric.ts";
export type { GraphCost } from "./properties/graph-cost.ts";
export { exactPasses, graphPasses, recurrencePasses, roundingPasses } from "./properties/graph-passes.ts";
export { loopPassPreservesSemantics } from "./properties/loop-pass-preserves-semantics.ts";
export { memoryPlanNoAlias } from "./properties/memory-plan-no-alias.ts";
export { passIsUseful, type Usefulness } from "./properties/pass-is-useful.ts";
export { passPreservesSemantics } from "./properties/pass-preserves-semantics.ts";
export { passStaysWithinBounds } from "./properties/pass-stays-within-bounds.ts";
export { pipelineConfluent } from "./properties/pipeline-confluent.ts";
export { planViolations } from "./properties/plan-violations.ts";
export { printParseRoundTrip, type TextForm } from "./properties/print-parse-round-trip.ts";
export { type RobustLoaderOptions, robustLoader } from "./properties/robust-loader.ts";
export { ruleSound } from "./properties/rule-sound.ts";
export { serializeRoundTrip, type TensorFormat } from "./properties/serialize-round-trip.ts";
export { type Inference, shapeInferenceSound } from "./properties/shape-inference-sound.ts";
export type { GraphProperty, Violation } from "./property.ts";
export { describeFailure, type Failure } from "./report/describe-failure.ts";
export { type ForAllOptions, forAll, type Progress } from "./report/for-all.ts";
export { toCode } from "./report/to-code.ts";
export { type Difference, firstDifference, type Outcome, type PortArrays, runEverywhere } from "./run-everywhere.ts";
export { type Minimized, minimize, type ShrinkBudget } from "./shrinking/minimize.ts";
export { shrinking } from "./shrinking/shrinking.ts";
export { simplerCases } from "./shrinking/simpler-cases.ts";
