// A planned program as the text of an ES module that imports nothing. It exports `instantiate(memory)`, which lays the
// program's buffers over one memory, puts constants in place, and gives `{ memory, entry0(), entry1(), ... }`, one
// function per entry point in the program's order, and `prepare()` where there is something to prepare. Names and strings of users stay outside: buffers are b0, b1, ...,
// kernels k0_matmul, ..., so nothing a user wrote can become code.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Call, Kernel, PlannedProgram } from "../../ir/loop/kernel.ts";
import { dtypes } from "../../ir/types/dtype.ts";
import { type Helper, printHelpers } from "./helpers.ts";
import { printConstant } from "./print-constant.ts";
import { printBlock } from "./print-statement.ts";
import { newPrinter } from "./printer.ts";

export interface PrintJavaScriptOptions {
  /**
   * `"inline"` (the default) writes constants into the text; `"external"` leaves them to the caller, who puts them
   * into the memory at their planned offsets.
   */
  readonly constants?: "inline" | "external";
}

/** `k3_matmul`: the compiler's name for a kernel is there to help reading, reduced to what an identifier may hold. */
const functionName = (name: string, position: number): string =>
  [`k${position}`, ...(name.match(/[A-Za-z0-9]+/g) ?? [])].join("_").slice(0, 60);

const printKernel = (kernel: Kernel, name: string, used: Set<Helper>): string => {
  const lines: string[] = [];
  const printer = newPrinter(kernel, lines, used);
  printBlock(kernel.body, printer);
  const { parameters } = printer;
  const types = parameters.map(({ text, dtype, length }) => `${text}: ${dtype}[${length}]`).join(", ");
  const head = `function ${name}(${parameters.map(({ text }) => text).join(", ")}) {`;
  return [`/** ${types} */`, head, ...lines, "}", ""].join("\n");
};

type Names = ReadonlyMap<string, string>;

/** A view for each place in memory: buffers that are alive at different times share them. */
const printViews = (program: PlannedProgram): { readonly buffers: Names; readonly lines: readonly string[] } => {
  const views = new Map<string, string>();
  const buffers = new Map<string, string>();
  for (const [buffer, { dtype, length }] of program.buffers) {
    const offset = program.memory.offsets.get(buffer);
    invariant(offset !== undefined, `program ${program.name}: buffer ${buffer} has no place`);
    const view = `new ${dtypes[dtype].arrayName}(memory, ${offset}, ${length})`;
    const name = views.get(view) ?? `b${views.size}`;
    views.set(view, name);
    buffers.set(buffer, name);
  }
  return { buffers, lines: [...views].map(([view, name]) => `const ${name} = ${view};`) };
};

const printConstants = (program: PlannedProgram, buffers: Names, used: Set<Helper>): readonly string[] =>
  [...program.buffers].flatMap(([name, { dtype, data }]) =>
    data === undefined ? [] : [printConstant(buffers.get(name) ?? "", dtype, data, (helper) => used.add(helper))],
  );

const printEntries = (program: PlannedProgram, functions: Names, buffers: Names): readonly string[] => {
  const printEntry = (name: string, calls: readonly Call[]): readonly string[] => {
    const lines = calls.map((call) => {
      const bound = call.buffers.map((buffer) => buffers.get(buffer));
      const known = functions.has(call.kernel) && !bound.includes(undefined);
      invariant(known, `program ${program.name}: a call of ${call.kernel}`);
      return `  ${functions.get(call.kernel)}(${bound.join(", ")});`;
    });
    return [`${name}() {`, ...lines, "},"];
  };
  const entries = program.entries.flatMap(({ calls }, position) => printEntry(`entry${position}`, calls));
  return program.prepare.length === 0 ? entries : [...entries, ...printEntry("prepare", program.prepare)];
};

const indent = (lines: readonly string[], by: string): string => lines.map((line) => `${by}${line}\n`).join("");

/** The text of the module: ASCII, two spaces of indentation, a comment with the buffers' types before each kernel. */
export const printJavaScript = (program: PlannedProgram, options: PrintJavaScriptOptions = {}): string => {
  const used = new Set<Helper>();
  const functions = new Map([...program.kernels.keys()].map((name, position) => [name, functionName(name, position)]));
  const { buffers, lines: views } = printViews(program);
  const kernels = [...program.kernels].map(([name, kernel]) => printKernel(kernel, functions.get(name) ?? "", used));
  const constants = options.constants === "external" ? [] : printConstants(program, buffers, used);
  const factory = `export function instantiate(memory = new ArrayBuffer(${program.memory.bytes})) {
${indent([...views, ...constants], "  ")}  return {
    memory,
${indent(printEntries(program, functions, buffers), "    ")}  };
}
`;
  const helpers = printHelpers(used);
  const fround = "const fround = Math.fround;\n";
  return [fround, ...(helpers === "" ? [] : [helpers]), ...kernels, factory].join("\n");
};
