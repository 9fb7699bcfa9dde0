// Properties as runners ask them: what a check throws is a violation like any other.
import fc from "fast-check";
import type { GraphCase } from "../arbitraries/graph-case.ts";
import type { GraphProperty, Violation } from "../property.ts";

/** What a property says of a case, or that it ends in an error. Only what `fc.pre` throws is thrown on. */
export const violationIn = async (property: GraphProperty, drawn: GraphCase): Promise<Violation | undefined> => {
  try {
    return await property.check(drawn);
  } catch (error) {
    if (fc.PreconditionFailure.isFailure(error)) throw error;
    return { what: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
};
