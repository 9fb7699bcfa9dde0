// A property and a case: what is thrown is a violation like any other, but for what says that the case is none.
import fc from "fast-check";
import type { GraphCase } from "../../src/testing/arbitraries/graph-case.ts";
import type { GraphProperty, Violation } from "../../src/testing/property.ts";
import { violationIn as violationOrSkip } from "../../src/testing/report/violation-in.ts";

/** What a property says of a case; undefined where it holds, or says nothing of such cases. */
export const violationIn = async (property: GraphProperty, drawn: GraphCase): Promise<Violation | undefined> => {
  try {
    return await violationOrSkip(property, drawn, (error) => fc.PreconditionFailure.isFailure(error));
  } catch {
    return undefined;
  }
};
