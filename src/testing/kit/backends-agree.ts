// For a user's own model: does everything that it compiles to give the same bits, and what the description means? One call in a test.
import { planGraph } from "../../compile/plan-graph.ts";
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { inWords } from "../../ir/diagnostics/in-words.ts";
import { usedSymbols } from "../../ir/graph/analysis.ts";
import type { Bindings } from "../../ir/types/dim.ts";
import { randomFrom } from "../arbitraries/values.ts";
import { agreesOnBackends } from "../properties/agrees-on-backends.ts";
import { describeFailure } from "../report/describe-failure.ts";
import { violationIn } from "../report/violation-in.ts";
import { minimize, type ShrinkBudget } from "../shrinking/minimize.ts";
import { examine, type Failure } from "./examine.ts";
import { type Description, type Subject, subjectOf } from "./subject.ts";

/** How a description is examined. */
export interface DescriptionOptions {
  /** The values of symbolic dimensions. Those that are not given are drawn: 1 at first, then up to 7. */
  readonly dims?: Bindings;
  /** How many sets of values are tried in all; 20 unless said otherwise. Every fourth holds NaN, infinities and extremes. */
  readonly runs?: number;
  /** Of the first set; 0 unless said otherwise. */
  readonly seed?: number;
  /** How many of the sets are compared with the float64 meaning as well, which is slow; 4 unless said otherwise. */
  readonly referenceRuns?: number;
  /** How long a failure is made simpler; 20 seconds unless said otherwise. */
  readonly shrink?: ShrinkBudget;
}

/** The subject of a check that callers without a type checker may get wrong (W140). */
export const requireSubject = (what: string, description: unknown): Subject =>
  subjectOf(description) ??
  reject("W140", {
    what,
    expected: "a model, a training, a decoding or a graph",
    given: inWords(description),
    write: `await ${what}(model, { dims: { B: 4 } })`,
  });

const mostDrawn = 7;

/** Values for all symbols: those given, then 1, and in further rounds anything up to 7. */
export const drawnDims = (symbols: readonly string[], given: Bindings, round: number): Bindings => {
  const random = randomFrom(round);
  const drawn = symbols.map((symbol) => [symbol, round === 0 ? 1 : 1 + Math.floor(random() * mostDrawn)] as const);
  return { ...Object.fromEntries(drawn), ...given };
};

const defaultShrink: ShrinkBudget = { milliseconds: 20_000 };

/** The report of a failure, made as simple as it gets. */
export const failureReport = async (
  { drawn }: Pick<Failure, "drawn">,
  runs: number,
  shrink: ShrinkBudget = defaultShrink,
): Promise<string> => {
  const property = agreesOnBackends();
  const violationOf = (each: typeof drawn) => violationIn(property, each);
  const minimized = await minimize(drawn, async (each) => (await violationOf(each)) !== undefined, shrink);
  const violation = (await violationOf(minimized.drawn)) ?? { what: "it failed once, and does not fail again" };
  return describeFailure({ property, drawn: minimized.drawn, violation, runs, shrinks: minimized.shrinks });
};

/**
 * Whether a description computes the same on every backend, and what it means: it is compiled, run on closures, printed
 * JavaScript and WebAssembly with random values (parameters as the model initialises them), every bit of every output
 * and every updated parameter is compared, and some runs are held to the float64 meaning within what rounding can do.
 * Resolves where all is well; rejects with an Error whose message is a report of the simplest part of the graph that
 * fails.
 *
 * @throws W140 what is no description; an Error with the report for what differs.
 * @example
 * // In a test: test("computes what it says", () => backendsAgree(classifier));
 * await backendsAgree(classifier, { dims: { B: 2 }, runs: 4 }); // undefined
 */
export const backendsAgree = async (
  description: Description,
  { dims = {}, runs = 20, seed = 0, referenceRuns = 4, shrink }: DescriptionOptions = {},
): Promise<void> => {
  const { model, graph } = requireSubject("backendsAgree", description);
  const described = graph();
  const open = usedSymbols(described).filter((symbol) => !Object.hasOwn(dims, symbol));
  const rounds = open.length === 0 ? 1 : Math.min(4, runs);
  for (let round = 0; round < rounds; round++) {
    const planned = planGraph(described, { dims: drawnDims(open, dims, round), verify: "each" });
    const share = (count: number): number => Math.ceil(count / rounds);
    const options = { runs: share(runs), seed: seed + round * share(runs), referenceRuns: share(referenceRuns) };
    const { failures } = await examine(planned, model, options);
    const [failure] = failures;
    if (failure !== undefined) throw new Error(await failureReport(failure, failure.run, shrink));
  }
};
