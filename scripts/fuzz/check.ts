// A property and a case: what is thrown is a violation like any other.
import fc from "fast-check";
import type { GraphCase } from "../../src/testing/arbitraries/graph.ts";
import type { GraphProperty, Violation } from "../../src/testing/property.ts";

/** What a property says of a case; undefined where it holds, or says nothing of such cases. */
export const violationIn = async (property: GraphProperty, drawn: GraphCase): Promise<Violation | undefined> => {
  try {
    return await property.check(drawn);
  } catch (error) {
    if (fc.PreconditionFailure.isFailure(error)) return undefined;
    return { what: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
};
