// `weft print`: the program in any of its forms, after any of the passes.
import { printJavaScript } from "../../backends/javascript/print-javascript.ts";
import { assembleModule } from "../../backends/wasm/instantiate.ts";
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { nearestName } from "../../ir/diagnostics/nearest.ts";
import type { Graph } from "../../ir/graph/graph.ts";
import { printKernel, printProgram } from "../../ir/loop/print.ts";
import { toDot } from "../../ir/text/dot.ts";
import { printGraph } from "../../ir/text/print.ts";
import type { Bindings } from "../../ir/types/dim.ts";
import { runPassesUntil } from "../../passes/manager.ts";
import { compilation } from "../../passes/pipelines.ts";
import { bindSymbols } from "../../passes/specialize.ts";
import { type AnyCommand, defineCommand } from "../command.ts";
import { loadModel } from "../load-model.ts";
import { checkSymbols, modelOptions, parseDims, requireDims, unboundSymbols } from "../options.ts";
import { type Form, formOf, graphPasses, lastPass, passes, printGroups } from "../program-form.ts";

/** What is to be printed. */
type Wanted = "text" | "dot" | "loops" | "wat" | "js";

/** The forms that an option can be printed of. */
const printable: { readonly [W in Wanted]: readonly Form["kind"][] } = {
  text: ["graph", "groups", "program", "planned"],
  dot: ["graph"],
  loops: ["program", "planned"],
  wat: ["planned"],
  js: ["planned"],
};

const formNames: { readonly [K in Form["kind"]]: string } = {
  graph: "a tensor graph",
  groups: "a graph whose nodes are in groups",
  program: "a loop program without a memory plan",
  planned: "a loop program",
};

/** The program after a pass; symbols stay open as long as only graph passes run. */
const programAfter = (graph: Graph, dims: Bindings, pass: string | undefined): Form => {
  checkSymbols(graph, dims);
  const open = unboundSymbols(graph, dims).length > 0;
  if (pass === undefined) return { kind: "graph", program: open ? graph : bindSymbols(graph, dims) };
  if (!passes.has(pass)) reject("W127", { name: pass, known: [...passes.keys()] });
  const why = pass === lastPass ? "and compiled code has fixed extents" : `which the pass ${pass} needs`;
  if (!graphPasses.includes(pass)) requireDims(graph, dims, why);
  const bound = open ? graph : bindSymbols(graph, dims);
  return formOf(runPassesUntil(compilation, bound, pass).program);
};

/** The part of a program that is one kernel. */
const onlyKernel = (form: Form, name: string): Form => {
  if (form.kind !== "program" && form.kind !== "planned") return form;
  const { kernels } = form.program;
  const known = [...kernels.keys()];
  const kernel = kernels.get(name) ?? reject("W624", { name, known, nearest: nearestName(name, known) });
  const part = {
    kernels: new Map([[name, kernel]]),
    entries: [],
    prepare: [],
    parameters: [],
    buffers: new Map<string, never>(),
  };
  return form.kind === "planned"
    ? { kind: "planned", program: { ...form.program, ...part } }
    : { kind: "program", program: { ...form.program, ...part } };
};

const printForm = (form: Form, wanted: Wanted, kernel: string | undefined): string => {
  if (form.kind === "graph") return wanted === "dot" ? toDot(form.program) : printGraph(form.program);
  if (form.kind === "groups") return printGroups(form.program);
  const chosen = kernel === undefined ? form : onlyKernel(form, kernel);
  if (chosen.kind === "planned" && wanted === "wat") return assembleModule(chosen.program).wat();
  if (chosen.kind === "planned" && wanted === "js") return printJavaScript(chosen.program);
  if (kernel !== undefined && "kernels" in chosen.program)
    return [...chosen.program.kernels.values()].map(printKernel).join("\n");
  if (chosen.kind === "planned") return printProgram(chosen.program, chosen.program.memory.offsets);
  return chosen.kind === "program" ? printProgram(chosen.program) : "";
};

export const print: AnyCommand = defineCommand({
  name: "print",
  summary: "Prints the program: as described, or after any pass, as graph, loops, WebAssembly or JavaScript.",
  options: {
    ...modelOptions,
    after: {
      type: "string",
      valueHint: "PASS",
      description: "The program behind this pass (weft explain lists them).",
    },
    loops: { type: "boolean", description: "The loop program, after all passes unless --after says otherwise." },
    wat: { type: "boolean", description: "The WebAssembly text." },
    js: { type: "boolean", description: "The JavaScript text." },
    dot: { type: "boolean", description: "The graph as a drawing for Graphviz." },
    kernel: { type: "string", valueHint: "NAME", description: "One kernel of the loop program only." },
  },
  examples: [
    "weft print model.ts",
    "weft print model.ts --after cse",
    "weft print model.ts --dims B=32 --loops --kernel matmul",
    "weft print model.ts --dot | dot -Tsvg > model.svg",
  ],
  run: async (values, ui) => {
    const forms = (["loops", "wat", "js", "dot"] as const).filter((form) => values[form]);
    const given = [...forms, ...(values.kernel !== undefined && values.dot ? ["kernel"] : [])];
    if (given.length > 1) reject("W606", { options: given.map((form) => `--${form}`) });
    const dims = parseDims(values.dims);
    const wanted: Wanted = forms[0] ?? (values.kernel === undefined ? "text" : "loops");
    const pass = values.after ?? (wanted === "text" || wanted === "dot" ? undefined : lastPass);
    const form = programAfter((await loadModel(values.model, values.export)).graph(), dims, pass);
    if (!printable[wanted].includes(form.kind))
      reject("W626", { option: `--${forms[0] ?? "kernel"}`, pass: pass ?? "describing", form: formNames[form.kind] });
    ui.print(printForm(form, wanted, values.kernel));
  },
});
