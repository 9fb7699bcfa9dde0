// The driver of rewrite rules. Patterns look at a node and what it is made from, never at its users, so one sweep with
// operands before users reaches the fixpoint: a node made by a rule is settled before the sweep goes on. All changes of
// a sweep are one edit.
import { InvariantError, invariant } from "../ir/diagnostics/invariant.ts";
import type { Location } from "../ir/diagnostics/location.ts";
import { order } from "../ir/graph/analysis.ts";
import { type Edited, type Editor, edit } from "../ir/graph/edit.ts";
import type { Graph, ValueId } from "../ir/graph/graph.ts";
import { view } from "../ir/graph/view.ts";
import type { Pass } from "./pass.ts";
import { type Rule, type RuleIndex, type RuleSet, ruleIndex, type Term } from "./rules.ts";

/** A rewritten graph, and how often each rule was applied. */
export interface Rewritten extends Edited {
  readonly fired: ReadonlyMap<string, number>;
}

/** How many rules may be applied to what one node of the graph becomes before they are taken to chase each other. */
const defaultLimit = 256;

interface Sweep {
  readonly editor: Editor;
  readonly rulesFor: RuleIndex;
  readonly fired: Map<string, number>;
  readonly limit: number;
}

/** The place being rewritten: where its nodes come from, and the rules applied to it so far. */
interface Site {
  readonly location: Location | undefined;
  readonly applied: string[];
}

const note = ({ fired, limit }: Sweep, { applied }: Site, rule: Rule): void => {
  fired.set(rule.name, (fired.get(rule.name) ?? 0) + 1);
  applied.push(rule.name);
  if (applied.length > limit)
    throw new InvariantError(`rewrite rules chase each other: ${[...new Set(applied.slice(-8))].join(", ")}`);
};

/** The value after the first rule that applies to it, or undefined where none does. */
const rewriteOnce = (sweep: Sweep, site: Site, value: ValueId): ValueId | undefined => {
  const { editor, rulesFor } = sweep;
  const defining = editor.definition(value);
  // Most nodes have no rules, and so need not be looked at as patterns see them.
  const rules = rulesFor(defining, () => defining.operands.map(editor.definition));
  if (rules.length === 0) return undefined;
  const node = view(editor, value);
  for (const rule of rules) {
    const term = rule.apply(node);
    if (term === undefined) continue;
    note(sweep, site, rule);
    const made = build(sweep, site, term);
    replace(sweep.editor, rule, value, made);
    return sweep.editor.resolve(made);
  }
  return undefined;
};

/** Applies rules to a value, and to what they make of it, until none applies. */
const settle = (sweep: Sweep, site: Site, value: ValueId): ValueId => {
  let current = sweep.editor.resolve(value);
  for (let next = rewriteOnce(sweep, site, current); next !== undefined; next = rewriteOnce(sweep, site, current))
    current = next;
  return current;
};

/** Makes the nodes of a term; its operands are settled before it is made of them. */
const build = (sweep: Sweep, site: Site, term: Term): ValueId => {
  if (!("make" in term)) return term.id;
  const operands = term.args.map((arg) => settle(sweep, site, build(sweep, site, arg)));
  const [made] = sweep.editor.emit(term.make, operands, term.attrs, site.location);
  invariant(made !== undefined, `${term.make} gives a result`);
  return made;
};

const replace = (editor: Editor, rule: Rule, old: ValueId, by: ValueId): void => {
  try {
    editor.replace(old, by);
  } catch (cause) {
    throw new InvariantError(`rule ${rule.name} changes the type of a value`, { cause });
  }
};

/** Applies rules everywhere they match. */
export const rewrite = (graph: Graph, sets: readonly RuleSet[], limit: number = defaultLimit): Rewritten => {
  const fired = new Map<string, number>();
  const edited = edit(graph, (editor) => {
    const sweep: Sweep = { editor, rulesFor: ruleIndex(sets), fired, limit };
    for (const { results, location } of order(graph))
      for (const { id } of results) settle(sweep, { location, applied: [] }, id);
  });
  return { ...edited, fired };
};

/** A pass that applies rules. */
export const rewritePass = (name: string, summary: string, sets: readonly RuleSet[]): Pass<Graph, Graph> => ({
  name,
  summary,
  // What a rule makes is settled before the sweep goes on.
  idempotent: true,
  run: (graph, observer) => {
    const { graph: rewritten, patches, fired } = rewrite(graph, sets);
    observer?.changed(patches);
    for (const [rule, times] of fired) observer?.fired(rule, times);
    return rewritten;
  },
});
