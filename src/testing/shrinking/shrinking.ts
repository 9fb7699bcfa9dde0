// Cases of any arbitrary with the shrinker for graphs: what fails is made simpler as a graph, not as the choices that it was
// drawn from. It needs nothing of how a case was drawn, so saved cases given as `examples` shrink as well.
import fc from "fast-check";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import { simplerFrom } from "./simpler-cases.ts";

const isCase = (value: unknown): value is GraphCase =>
  typeof value === "object" && value !== null && "graph" in value && "feeds" in value && "parameters" in value;

/** The context of a value that came from a rule: where its own shrinking begins. */
interface Descent {
  readonly rule: number;
}

const isDescent = (context: unknown): context is Descent =>
  typeof context === "object" && context !== null && "rule" in context && typeof context.rule === "number";

function* valuesBelow(drawn: GraphCase, from: number): Generator<fc.Value<GraphCase>> {
  for (const { simpler, rule } of simplerFrom(drawn, from)) yield new fc.Value<GraphCase>(simpler, { rule });
}

/** Arbitraries of fast-check are classes; there is no function that makes one with a shrinker of its own. */
class ShrinkingArbitrary extends fc.Arbitrary<GraphCase> {
  readonly #inner: fc.Arbitrary<GraphCase>;

  constructor(inner: fc.Arbitrary<GraphCase>) {
    super();
    this.#inner = inner;
  }

  override generate(random: fc.Random, biasFactor: number | undefined): fc.Value<GraphCase> {
    return new fc.Value(this.#inner.generate(random, biasFactor).value, undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is GraphCase {
    return isCase(value);
  }

  override shrink(drawn: GraphCase, context: unknown): fc.Stream<fc.Value<GraphCase>> {
    return fc.stream(valuesBelow(drawn, isDescent(context) ? context.rule : 0));
  }
}

/**
 * The cases that another arbitrary draws, made simpler by rules for graphs (`simplerCases`).
 *
 * @example
 * import fc from "fast-check";
 * const empty = { graph: parseGraph("graph @g() {\n}"), feeds: {}, parameters: {} };
 * fc.sample(shrinking(fc.constant(empty)), 2).length; // 2
 */
export const shrinking = (inner: fc.Arbitrary<GraphCase>): fc.Arbitrary<GraphCase> => new ShrinkingArbitrary(inner);
