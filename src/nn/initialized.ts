// Trees of parameters that begin otherwise than their layers say: whole models are initialised by rules of their papers.
import type { Initializer } from "../model/initializer.ts";
import { isLayer, isSpec, type ParamSpec, type SpecTree } from "../model/parameter.ts";

/** How a leaf begins, by its name and what it is. */
export type InitializerRule = (path: string, spec: ParamSpec) => Initializer;

const rebuilt = (tree: SpecTree, rule: InitializerRule, prefix: string): SpecTree => {
  if (isSpec(tree)) return Object.freeze({ ...tree, initializer: rule(prefix, tree) });
  if (isLayer(tree)) return Object.freeze({ ...tree, params: rebuilt(tree.params, rule, prefix) });
  const children = Object.entries(tree).map(([name, child]: [string, SpecTree]): [string, SpecTree] => [
    name,
    rebuilt(child, rule, prefix === "" ? name : `${prefix}.${name}`),
  ]);
  return Array.isArray(tree) ? children.map(([, child]) => child) : Object.fromEntries(children);
};

/** The same tree with leaves that begin as the rule says. */
export const initialized = <T extends SpecTree>(tree: T, rule: InitializerRule): T =>
  // Nothing but initialisers is another.
  rebuilt(tree, rule, "") as T;
