// What random graphs are held against: the properties that the fuzz runner and the mutants share with `npm test`.
import { optimize } from "../../src/passes/pipelines.ts";
import { conditioning } from "../../src/testing/oracle/conditioning.ts";
import { agreesOnBackends } from "../../src/testing/properties/agrees-on-backends.ts";
import { deadCodeInsensitive } from "../../src/testing/properties/dead-code-insensitive.ts";
import { fusedEqualsUnfused } from "../../src/testing/properties/fused-equals-unfused.ts";
import { exactPasses } from "../../src/testing/properties/graph-passes.ts";
import { memoryPlanNoAlias } from "../../src/testing/properties/memory-plan-no-alias.ts";
import { passPreservesSemantics } from "../../src/testing/properties/pass-preserves-semantics.ts";
import { printParseRoundTrip } from "../../src/testing/properties/print-parse-round-trip.ts";
import type { GraphProperty } from "../../src/testing/property.ts";

/** How much the judgements of this process were worth. */
export const judged = conditioning();

/** All properties of graphs, the one that stands for the whole compiler first. */
export const properties: readonly GraphProperty[] = [
  agreesOnBackends({ conditioning: judged }),
  ...[...exactPasses, optimize].map(passPreservesSemantics),
  printParseRoundTrip(),
  fusedEqualsUnfused(),
  memoryPlanNoAlias(),
  deadCodeInsensitive(),
];

/** All properties, or the one of that name. */
export const propertiesNamed = (name: string | undefined): readonly GraphProperty[] => {
  const named = properties.filter((property) => name === undefined || property.name === name);
  if (named.length === 0)
    throw new TypeError(`there is no property ${name}, but ${properties.map((property) => property.name).join(", ")}`);
  return named;
};
