// `weft check`: whether models are sound, and what they come to. Every model of the file is described, going on after each
// mistake, and compiled with the invariants of the program checked after each pass; the type checker looks at the file
// meanwhile. All findings are shown at the end.
import { writeFileSync } from "node:fs";
import { type Collected, collecting, collectingLater } from "../../ir/diagnostics/collecting.ts";
import { type Diagnostic, WeftError } from "../../ir/diagnostics/diagnostic.ts";
import { counted, printBytes, table } from "../../ir/diagnostics/table.ts";
import { typeOf } from "../../ir/graph/analysis.ts";
import type { Entry, Graph, ValueId } from "../../ir/graph/graph.ts";
import type { PlannedProgram } from "../../ir/loop/kernel.ts";
import type { Bindings } from "../../ir/types/dim.ts";
import { dtypes } from "../../ir/types/dtype.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import { printType } from "../../ir/types/tensor-type.ts";
import { runPasses } from "../../passes/manager.ts";
import { compilation, standard } from "../../passes/pipelines.ts";
import { bindSymbols } from "../../passes/specialize.ts";
import { type PassTrace, ruleCoverage } from "../../passes/trace.ts";
import { type AnyCommand, defineCommand } from "../command.ts";
import { asWeftError } from "../foreign-error.ts";
import { type LoadedModel, loadModels, requireModelFile } from "../load-model.ts";
import { memoryInWords } from "../memory-in-words.ts";
import { mergeFindings } from "../merge-findings.ts";
import { checkSymbols, modelOptions, parseDims, unboundSymbols } from "../options.ts";
import { otherInstallation } from "../other-installation.ts";
import { portsOf, verifyForm } from "../program-form.ts";
import { checkTypes, type TypeCheck } from "../type-check.ts";
import type { Ui } from "../ui.ts";

type Row = readonly [label: string, text: string];

/** How many tensors a line names. */
const named = 4;

const typeList = (ports: readonly (readonly [name: string, type: string])[]): string => {
  const texts = ports.slice(0, named).map(([name, type]) => `${name}: ${type}`);
  const more = ports.length - texts.length;
  return [...texts, ...(more === 0 ? [] : [`${more} more`])].join(", ") || "none";
};

const describeEntry = (graph: Graph, { name, outputs, updates }: Entry): string => {
  const results = typeList(outputs.map((output) => [output.name, printType(typeOf(graph, output.value))]));
  return `${name} -> ${results}${updates.length === 0 ? "" : `; updates ${counted(updates.length, "parameter")}`}`;
};

/** How much there is to a list of values of known extents; their number alone while symbols are open. */
const describeParameters = (graph: Graph): string => {
  const types = graph.parameters.map((value: ValueId) => typeOf(graph, value));
  const tensors = counted(types.length, "tensor");
  if (types.some(({ shape }) => shape.some((extent) => typeof extent !== "number"))) return tensors;
  const sizes = types.map(({ dtype, shape }) => [sizeOf(knownShape(shape)), dtypes[dtype].bytes] as const);
  const numbers = sizes.reduce((sum, [size]) => sum + size, 0);
  return `${tensors}, ${counted(numbers, "number")}, ${printBytes(sizes.reduce((sum, [size, bytes]) => sum + size * bytes, 0))}`;
};

const graphRows = (graph: Graph): readonly Row[] => [
  ["inputs", typeList(portsOf(graph, graph.inputs))],
  ["parameters", describeParameters(graph)],
  ...graph.entries.map((entry): Row => ["entry", describeEntry(graph, entry)]),
  ["nodes", String(graph.nodes.size)],
];

const programRows = ({ kernels, memory, entries }: PlannedProgram): readonly Row[] => {
  const calls = entries.map((entry) => `${entry.name} ${counted(entry.calls.length, "call")}`);
  return [
    ["memory", memoryInWords(memory)],
    ["kernels", `${kernels.size}: ${calls.join(", ")}`],
  ];
};

const describePass = (pass: PassTrace): string => {
  if (pass.still) return "nothing to do";
  const rewrites = [...ruleCoverage(pass).values()].reduce((sum, times) => sum + times, 0);
  const runs = pass.steps.length === 0 ? [] : [counted(pass.steps.length, "run")];
  return [...runs, ...(rewrites === 0 ? [] : [counted(rewrites, "rewrite")])].join(", ");
};

const traceTable = ({ steps }: PassTrace): string =>
  table(
    steps.map((pass) => [`    ${pass.name}`, `${pass.milliseconds.toFixed(1)} ms`, describePass(pass)]),
    [1],
  );

/** Compiles as far as the symbols that have values allow; what is not sound throws. */
const checkModel = (loaded: LoadedModel, described: Graph, dims: Bindings, ui: Ui): void => {
  checkSymbols(described, dims);
  verifyForm(described);
  const open = unboundSymbols(described, dims);
  const graph = open.length === 0 ? bindSymbols(described, dims) : described;
  const options = { verify: "each", verifier: verifyForm } as const;
  const compiled = open.length === 0 ? runPasses(compilation, graph, options) : undefined;
  const trace = compiled?.trace ?? runPasses(standard, graph, options).trace;
  const stopped: Row = [
    "stopped",
    `before lowering: --dims ${open.map((symbol) => `${symbol}=...`).join(",")} goes on`,
  ];
  const rows = [...graphRows(graph), ...(compiled === undefined ? [stopped] : programRows(compiled.program))];
  const exported = loaded.exported === undefined ? "" : ` (export ${loaded.exported})`;
  ui.print(`${ui.palette.bold(`${loaded.kind} ${loaded.name}`)}${exported}`);
  ui.print(table(rows.map(([label, text]) => [`  ${label}`, text])));
  ui.print(`  passes, each verified\n${traceTable(trace)}`);
};

/** What a model comes to, unless it has mistakes, all of which are given. */
const findingsOf = (loaded: LoadedModel, dims: Bindings, ui: Ui): Omit<Collected<Graph>, "result"> => {
  try {
    const { findings, result, cause } = collecting(loaded.graph);
    if (result !== undefined) checkModel(loaded, result, dims, ui);
    return { findings, cause };
  } catch (error) {
    const ours = asWeftError(error);
    if (ours === undefined) throw error;
    return { findings: ours.diagnostics, cause: ours.cause };
  }
};

const noTypes: TypeCheck = { findings: [] };

const asJson = (findings: readonly Diagnostic[]): string =>
  `${JSON.stringify(
    findings.map(({ code, message, help, location, notes }) => ({
      code,
      message,
      help,
      place: location?.(),
      notes: notes.map((note) => ({ label: note.label, text: note.text, place: note.location?.() })),
    })),
    undefined,
    2,
  )}\n`;

export const check: AnyCommand = defineCommand({
  name: "check",
  summary: "Finds all mistakes of a file, and checks every model after every pass.",
  options: {
    ...modelOptions,
    "no-types": { type: "boolean", description: "Leave the project's TypeScript out." },
    json: { type: "string", valueHint: "FILE", description: "Write the findings to a file too." },
  },
  examples: ["weft check model.ts", "weft check model.ts --dims B=32", "weft check model.ts --no-types"],
  run: async (values, ui) => {
    const dims = parseDims(values.dims);
    requireModelFile(values.model);
    const without =
      values["no-types"] || values.model.endsWith(".weft") || otherInstallation(values.model) !== undefined;
    const typed = without ? noTypes : checkTypes(values.model);
    const loading = await collectingLater(() => loadModels(values.model, values.export));
    const described = (loading.result ?? []).map((loaded) => findingsOf(loaded, dims, ui));
    const all = [loading, ...described];
    const { findings: ofTypes, notice } = await typed;
    if (notice !== undefined) ui.note(notice);
    const findings = mergeFindings(
      all.flatMap((each) => each.findings),
      ofTypes,
    );
    if (values.json !== undefined) writeFileSync(values.json, asJson(findings));
    const [first, ...others] = findings;
    const cause = all.map((each) => each.cause).find((each) => each !== undefined);
    if (first !== undefined) throw new WeftError([first, ...others], { cause });
  },
});
