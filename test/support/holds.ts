// Properties of drawn graphs that tests state with `expect`: what it throws is the violation.
import type { GraphCase } from "../../src/testing/arbitraries/graph-case.ts";
import type { GraphProperty } from "../../src/testing/property.ts";

/** A property that holds of the cases on which a function does not throw. */
export const holds = (name: string, body: (drawn: GraphCase) => void | Promise<void>): GraphProperty => ({
  name,
  check: async (drawn) => {
    await body(drawn);
    return undefined;
  },
});
