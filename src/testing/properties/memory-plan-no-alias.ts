// A memory plan lets no two buffers that are in use share a byte. Shown twice: by looking, at the intervals in which buffers are in
// use and at their places, and by running. The program is run over its planned memory, in which every byte that belongs
// to no buffer in use is overwritten before each kernel, beside a run in which each buffer is an array of its own; after
// each kernel both hold the same bits. That shows as well where a kernel that claims to work in place does not.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { interpretKernel } from "../../ir/loop/interpret.ts";
import {
  type Buffer,
  type Call,
  type EntryPoint,
  type Kernel,
  type PlannedProgram,
  type Program,
  preparationOf,
} from "../../ir/loop/kernel.ts";
import { type DataArray, dtypes } from "../../ir/types/dtype.ts";
import type { Pass } from "../../passes/pass.ts";
import { compilation } from "../../passes/pipelines.ts";
import { planBuffers } from "../../passes/plan-buffers.ts";
import type { GraphCase } from "../arbitraries/graph.ts";
import type { GraphProperty, Violation } from "../property.ts";
import { attempt } from "./attempt.ts";
import { extentOf, isKept, planViolations } from "./plan-violations.ts";
import {
  type Arrays,
  arrayOf,
  fillInputs,
  fillParameters,
  isFresh,
  kernelOf,
  resultsOf,
  runApart,
} from "./run-apart.ts";
import { differenceIn } from "./same-arrays.ts";

/** Far from any number that is computed, outside of any range of indices, and other than what fresh arrays hold in the run beside it. */
const poison = 0xf5;

const viewsOf = ({ buffers, memory }: PlannedProgram, memoryBytes: ArrayBuffer): Arrays =>
  new Map(
    [...buffers.values()].map(({ name, dtype, length }) => {
      const offset = memory.offsets.get(name);
      invariant(offset !== undefined, `buffer ${name} has a place`);
      return [name, dtypes[dtype].view(memoryBytes, offset, length)] as const;
    }),
  );

/** For each buffer of a list of calls, the first and the last call that names it. */
const spansOf = (calls: readonly Call[]): ReadonlyMap<string, { readonly first: number; readonly last: number }> => {
  const spans = new Map<string, { readonly first: number; readonly last: number }>();
  calls.forEach(({ buffers }, at) => {
    for (const name of buffers) spans.set(name, { first: spans.get(name)?.first ?? at, last: at });
  });
  return spans;
};

/** Which buffers hold something before a call, and what for: written already, or fed, and read in this call or later. */
const inUseBefore = (entry: EntryPoint): ((buffer: Buffer, at: number) => boolean) => {
  const spans = spansOf(entry.calls);
  const inputs = new Set(entry.inputs.map(({ buffer }) => buffer));
  const outputs = new Set(entry.outputs.map(({ buffer }) => buffer));
  return (buffer, at) => {
    if (isKept(buffer)) return true;
    const span = spans.get(buffer.name);
    const isFilled = inputs.has(buffer.name) || (span !== undefined && span.first < at);
    const isWanted = outputs.has(buffer.name) || (span !== undefined && span.last >= at);
    return isFilled && isWanted;
  };
};

/** Overwrites every byte of the memory that no buffer in use holds. */
const poisonRest = (program: PlannedProgram, bytes: Uint8Array, isInUse: (buffer: Buffer) => boolean): void => {
  const used = [...program.buffers.values()]
    .filter((buffer) => isInUse(buffer))
    .map((buffer) => {
      const start = program.memory.offsets.get(buffer.name) ?? 0;
      return { start, end: start + extentOf(buffer) };
    })
    .sort((a, b) => a.start - b.start);
  let end = 0;
  for (const stretch of used) {
    if (stretch.start > end) bytes.fill(poison, end, stretch.start);
    end = Math.max(end, stretch.end);
  }
  bytes.fill(poison, end);
};

/** What a kernel wrote that differs from what it wrote into buffers of their own, but for elements that it left as they were there. */
const wroteOther = (
  who: string,
  { parameters }: Kernel,
  { buffers }: Call,
  views: Arrays,
  left: readonly DataArray[],
): Violation | undefined => {
  for (const [position, { access }] of parameters.entries()) {
    const [name, wanted] = [buffers[position] ?? "", left[position]];
    if (access === "read" || wanted === undefined) continue;
    const got = arrayOf(views, name).slice();
    for (const [element, value] of wanted.entries())
      if (!Object.is(value, got[element]) && isFresh(wanted, element)) got[element] = value;
    const violation = differenceIn(who, { [name]: { data: wanted } }, { [name]: { data: got } });
    if (violation !== undefined) return violation;
  }
  return undefined;
};

/** What each kernel leaves in buffers of their own, in the order of calls, and the results. */
const leftApart = (program: PlannedProgram, entry: EntryPoint, drawn: GraphCase) => {
  const left: (readonly DataArray[])[] = [];
  const results = runApart(program, entry, drawn, (kernel, buffers) => {
    interpretKernel(kernel, buffers);
    left.push(buffers.map((array) => array.slice()));
  });
  return { left, results };
};

/** Runs an entry point both ways; the first violation. */
const runBeside = (program: PlannedProgram, entry: EntryPoint, drawn: GraphCase): Violation | undefined => {
  const bytes = new Uint8Array(program.memory.bytes).fill(poison);
  const views = viewsOf(program, bytes.buffer);
  const { left, results } = leftApart(program, entry, drawn);
  /** Makes the calls of the preparation or of the entry point; `before` calls were made earlier. */
  const runCalls = (part: EntryPoint, before: number): Violation | undefined => {
    const isInUse = inUseBefore(part);
    for (const [at, call] of part.calls.entries()) {
      poisonRest(program, bytes, (buffer) => isInUse(buffer, at));
      const kernel = kernelOf(program, call);
      interpretKernel(
        kernel,
        call.buffers.map((name) => arrayOf(views, name)),
      );
      const who = `call ${at} of ${part.name}, ${kernel.name}, over planned memory,`;
      const violation = wroteOther(who, kernel, call, views, left[before + at] ?? []);
      if (violation !== undefined) return violation;
    }
    poisonRest(program, bytes, (buffer) => isInUse(buffer, part.calls.length));
    return undefined;
  };
  for (const { name, data } of program.buffers.values()) if (data !== undefined) arrayOf(views, name).set(data);
  fillParameters(program, views, drawn);
  const early = runCalls(preparationOf(program), 0);
  if (early !== undefined) return early;
  fillInputs(entry, views, drawn);
  const late = runCalls(entry, program.prepare.length);
  if (late !== undefined) return late;
  const planned = resultsOf(program, entry, views);
  return (
    differenceIn("the planned program", results.outputs, planned.outputs) ??
    differenceIn("the planned program, as parameters,", results.updates, planned.updates)
  );
};

/**
 * No plan that `plan` makes for the program of a graph puts anything over what is in use.
 *
 * @example
 * await forAll(graphs({ ops: ["binary"], maxSteps: 3 }), memoryPlanNoAlias(), { runs: 3 }); // undefined
 */
export const memoryPlanNoAlias = (plan: Pass<Program, PlannedProgram> = planBuffers): GraphProperty => ({
  name: "memory plan without alias",
  code: "memoryPlanNoAlias()",
  check: (drawn) =>
    attempt("planning and running", () => {
      const { memory: _, ...program } = compilation.run(drawn.graph);
      const planned = plan.run(program);
      const [what] = planViolations(planned);
      if (what !== undefined) return { what };
      for (const entry of planned.entries) {
        const violation = runBeside(planned, entry, drawn);
        if (violation !== undefined) return violation;
      }
      return undefined;
    }),
});
