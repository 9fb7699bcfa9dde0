// Properties as runners ask them: what a check throws is a violation like any other.
import type { GraphCase } from "../arbitraries/graph-case.ts";
import type { GraphProperty, Violation } from "../property.ts";

/** What a property says of a case, or that it ends in an error. Errors that `isSkipped` knows say that the case is none, and are thrown on. */
export const violationIn = async (
  property: GraphProperty,
  drawn: GraphCase,
  isSkipped: (error: unknown) => boolean = () => false,
): Promise<Violation | undefined> => {
  try {
    return await property.check(drawn);
  } catch (error) {
    if (isSkipped(error)) throw error;
    return { what: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
};
