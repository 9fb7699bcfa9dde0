// What random graphs are held against: the properties that the fuzz runner and the mutants share with `npm test`.
import { optimize } from "../../src/passes/pipelines.ts";
import { conditioning } from "../../src/testing/oracle/conditioning.ts";
import { agreesOnBackends } from "../../src/testing/properties/agrees-on-backends.ts";
import { deadCodeInsensitive } from "../../src/testing/properties/dead-code-insensitive.ts";
import { fusedEqualsUnfused } from "../../src/testing/properties/fused-equals-unfused.ts";
import { gradMatchesNumeric } from "../../src/testing/properties/grad-matches-numeric.ts";
import { exactPasses, recurrencePasses, roundingPasses } from "../../src/testing/properties/graph-passes.ts";
import { memoryPlanNoAlias } from "../../src/testing/properties/memory-plan-no-alias.ts";
import { passPreservesSemantics } from "../../src/testing/properties/pass-preserves-semantics.ts";
import { passStaysWithinBounds } from "../../src/testing/properties/pass-stays-within-bounds.ts";
import { printParseRoundTrip } from "../../src/testing/properties/print-parse-round-trip.ts";
import type { GraphProperty } from "../../src/testing/property.ts";

/** How much the judgements of this process were worth. */
export const judged = conditioning();

/** A property, and of how many graphs it is asked of one: those that compile a graph many times are worth less of that time. */
export interface Asked {
  readonly property: GraphProperty;
  readonly every: number;
}

const asked = (every: number, ...list: readonly GraphProperty[]): readonly Asked[] =>
  list.map((property) => ({ property, every }));

/** All properties of graphs, the one that stands for the whole compiler first. */
export const properties: readonly Asked[] = [
  ...asked(1, agreesOnBackends({ conditioning: judged })),
  ...asked(2, ...[...exactPasses, optimize].map(passPreservesSemantics)),
  ...asked(4, ...[...roundingPasses, ...recurrencePasses].map((pass) => passStaysWithinBounds(pass))),
  ...asked(2, gradMatchesNumeric({ orders: [1], differences: false })),
  ...asked(4, printParseRoundTrip(), fusedEqualsUnfused(), memoryPlanNoAlias()),
  ...asked(16, deadCodeInsensitive()),
];

/** What `--property` may be. */
export const propertyNames: readonly string[] = properties.map(({ property }) => property.name);

/** All properties, or the one of that name, of every graph. */
export const propertiesNamed = (name: string | undefined): readonly Asked[] =>
  name === undefined
    ? properties
    : properties.filter(({ property }) => property.name === name).map((each) => ({ ...each, every: 1 }));
