// The package entry `weftgraph/testing`: random graphs, attention in random spellings, whether the backends agree on them, whether
// gradients are slopes, and the properties that a compiler of graphs has, each for one graph at a time. Needs fast-check, which
// the other entries do not.
export { type AttentionSpelling, attentionSpellings, type MaskSpelling } from "./arbitraries/attention-spellings.ts";
export { type Distribution, describeDistribution, type GraphSizes } from "./arbitraries/distribution.ts";
export { computingOps, type GraphOptions, graphs } from "./arbitraries/graph.ts";
export type { CaseOrigin, GraphCase } from "./arbitraries/graph-case.ts";
export { longGraphs } from "./arbitraries/long-graphs.ts";
export { motifs } from "./arbitraries/motifs/index.ts";
export type { FloatDType, Motif, MotifSite, Motifs, Suiting } from "./arbitraries/motifs/motif.ts";
export { attentionCase } from "./arbitraries/spell-attention.ts";
export type { ValueProfile } from "./arbitraries/values.ts";
export { type Difference, firstDifference, type Outcome, type PortArrays, runEverywhere } from "./backends-agree.ts";
export { parseCase, printCase } from "./corpus/case-text.ts";
export { type CustomGradientOptions, customGradientMatches } from "./gradients/custom-gradient-matches.ts";
export { type GradientSubject, type GradientsMatchOptions, gradientsMatch } from "./gradients/gradients-match.ts";
export { type Conditioning, conditioning } from "./oracle/conditioning.ts";
export { type Bounded, type BoundedResults, type BoundOptions, evaluateBounded } from "./oracle/evaluate-bounded.ts";
export { type Counts, type Judgement, judge, type OutOfBound } from "./oracle/judge.ts";
export { type AgreesWithMeaningOptions, agreesWithMeaning } from "./properties/agrees-with-meaning.ts";
export { type BackendsAgreeOptions, backendsAgree } from "./properties/backends-agree.ts";
export { deadCodeInsensitive } from "./properties/dead-code-insensitive.ts";
export { fusedEqualsUnfused } from "./properties/fused-equals-unfused.ts";
export {
  type CountingProperty,
  type GradientCounts,
  type GradientPropertyOptions,
  gradMatchesNumeric,
} from "./properties/grad-matches-numeric.ts";
export { exactPasses, graphPasses, recurrencePasses, roundingPasses } from "./properties/graph-passes.ts";
export { memoryPlanNoAlias } from "./properties/memory-plan-no-alias.ts";
export { passIsUseful, type Usefulness } from "./properties/pass-is-useful.ts";
export { passPreservesSemantics } from "./properties/pass-preserves-semantics.ts";
export { planViolations } from "./properties/plan-violations.ts";
export { printParseRoundTrip, type TextForm } from "./properties/print-parse-round-trip.ts";
export { ruleSound } from "./properties/rule-sound.ts";
export type { GraphProperty, Violation } from "./property.ts";
export { describeFailure, type Failure } from "./report/describe-failure.ts";
export { type ForAllOptions, forAll, type Progress } from "./report/for-all.ts";
export { toCode } from "./report/to-code.ts";
export { type Minimized, minimize, type ShrinkBudget } from "./shrinking/minimize.ts";
export { shrinking } from "./shrinking/shrinking.ts";
export { simplerCases } from "./shrinking/simpler-cases.ts";
