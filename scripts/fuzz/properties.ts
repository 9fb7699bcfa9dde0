// What random graphs are held against: the properties that the fuzz runner and the mutants share with `npm test`.
import { conditioning } from "../../src/testing/oracle/conditioning.ts";
import { backendsAgree } from "../../src/testing/properties/backends-agree.ts";
import type { GraphProperty } from "../../src/testing/property.ts";

/** How much the judgements of this process were worth. */
export const judged = conditioning();

/** All properties of graphs, the one that stands for the whole compiler first. */
export const properties: readonly GraphProperty[] = [backendsAgree({ conditioning: judged })];

/** All properties, or the one of that name. */
export const propertiesNamed = (name: string | undefined): readonly GraphProperty[] => {
  const named = properties.filter((property) => name === undefined || property.name === name);
  if (named.length === 0)
    throw new TypeError(`there is no property ${name}, but ${properties.map((property) => property.name).join(", ")}`);
  return named;
};
