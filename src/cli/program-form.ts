// The forms that a program has on its way through the passes, told apart for printing and for checking, and the passes by
// name.

import { invariant } from "../ir/diagnostics/invariant.ts";
import { definitionOf, typeOf } from "../ir/graph/analysis.ts";
import type { Graph, ValueId } from "../ir/graph/graph.ts";
import { functionOf } from "../ir/graph/print-node.ts";
import { assertValid } from "../ir/graph/verify.ts";
import type { PlannedProgram, Program } from "../ir/loop/kernel.ts";
import { assertSound, verifyPlanned, verifyProgram } from "../ir/loop/verify.ts";
import { printGraph } from "../ir/text/print.ts";
import { printType } from "../ir/types/tensor-type.ts";
import type { FusedGraph, Group } from "../passes/fused-graph.ts";
import type { Pass } from "../passes/pass.ts";
import { compilation, standard } from "../passes/pipelines.ts";

/** A program by its form. */
export type Form =
  | { readonly kind: "graph"; readonly program: Graph }
  | { readonly kind: "groups"; readonly program: FusedGraph }
  | { readonly kind: "program"; readonly program: Program }
  | { readonly kind: "planned"; readonly program: PlannedProgram };

/** The form of what a pass gave. Pipelines name their steps only, so the types are told by what the programs hold. */
export const formOf = (program: unknown): Form => {
  const isProgram = typeof program === "object" && program !== null;
  if (isProgram && "kernels" in program && "memory" in program)
    return { kind: "planned", program: program as PlannedProgram };
  if (isProgram && "kernels" in program) return { kind: "program", program: program as Program };
  if (isProgram && "nodes" in program) return { kind: "graph", program: program as Graph };
  invariant(isProgram && "graph" in program, "a pass gives a graph, groups or a program");
  return { kind: "groups", program: program as FusedGraph };
};

/** Checks the invariants of a program in any form. */
export const verifyForm = (program: unknown): void => {
  const form = formOf(program);
  if (form.kind === "graph") assertValid(form.program);
  if (form.kind === "groups") assertValid(form.program.graph);
  if (form.kind === "program") assertSound(verifyProgram(form.program));
  if (form.kind === "planned") assertSound(verifyPlanned(form.program));
};

const withinAll = (passes: readonly Pass<never, unknown>[]): readonly Pass<never, unknown>[] =>
  passes.flatMap((pass) => [pass, ...withinAll(pass.steps ?? [])]);

/** The passes of a pipeline and within them, each name once, in the order in which they run. */
const distinct = (steps: readonly Pass<never, unknown>[]): ReadonlyMap<string, Pass<never, unknown>> => {
  const found = new Map<string, Pass<never, unknown>>();
  for (const pass of withinAll(steps)) if (!found.has(pass.name)) found.set(pass.name, pass);
  return found;
};

/** Every pass, by name. */
export const passes: ReadonlyMap<string, Pass<never, unknown>> = distinct(compilation.steps);

/** The passes that work on tensor graphs, whose symbols may be open. */
export const graphPasses: readonly string[] = [...distinct(standard.steps).keys()];

/** The pass behind which the program is whole. */
export const lastPass: string = compilation.steps.at(-1)?.name ?? "";

const printGroup = (graph: Graph, { members, anchor, outputs }: Group): string => {
  const ops = [...members].map((id) => {
    const node = graph.nodes.get(id);
    const name = node === undefined ? "?" : [node.op, functionOf(node)].join(" ").trimEnd();
    return id === anchor ? `[${name}]` : name;
  });
  const type = (value: ValueId): string => printType(typeOf(graph, value));
  return `${ops.join(", ")} -> ${outputs.map(type).join(", ")}`;
};

/** A graph in groups: its text, and behind it a line for each group, its anchor in brackets. */
export const printGroups = ({ graph, entries }: FusedGraph): string => {
  const lines = entries.flatMap(({ entry, groups }) => [
    `// entry ${entry.name}: ${groups.length} groups`,
    ...groups.map((group, position) => `//   ${position}: ${printGroup(graph, group)}`),
  ]);
  return `${printGraph(graph)}\n${lines.join("\n")}\n`;
};

/** The names of a graph's inputs, parameters and their types, in order. */
export const portsOf = (graph: Graph, values: readonly ValueId[]): readonly (readonly [name: string, type: string])[] =>
  values.flatMap((value) => {
    const node = definitionOf(graph, value);
    return node.op === "input" || node.op === "parameter"
      ? [[node.attrs.name, printType(typeOf(graph, value))] as const]
      : [];
  });
