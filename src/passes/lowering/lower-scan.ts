// A recurrence becomes one kernel: the states are copied from where they start, and a loop over time runs the kernels of one
// step, written out one after the other, on states in place and on the elements of this step. Whatever in a step depends on
// captured values alone (packed weights, say) is computed once, before the loop. The code does not depend on how many steps
// there are.
//
//   state = first state
//   for t in 0..T { kernels of the step, with `sequence[t * size + ...]` for its elements }
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { NodeOf, ValueId } from "../../ir/graph/graph.ts";
import { add, binary, buildBody, type Index, i32, load, loadType, multiply, variable } from "../../ir/loop/build.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import type { Buffer, Call, EntryPoint, Kernel, Numerics, Port } from "../../ir/loop/kernel.ts";
import { flatMapStmts, freshNames, mapExpr, mapOwnExprs, renameDeclared } from "../../ir/loop/rewrite.ts";
import type { Stmt } from "../../ir/loop/stmt.ts";
import { partsOf } from "../../ir/ops/recurrence-parts.ts";
import { knownExtent } from "../../ir/types/shape.ts";
import type { FusedGraph, Group } from "../fused-graph.ts";
import { inputName, outputName, stateName } from "../fusion/step-graph.ts";
import { kernelTable } from "./finish-kernel.ts";
import { type Memory, memoryOf } from "./memory.ts";
import type { GroupSurroundings } from "./surroundings.ts";

/** Where a buffer of the step is in the program: a whole buffer, or the element of this step in a sequence. */
interface Place {
  readonly buffer: string;
  /** Elements from one step to the next; 0 for what is the same in every step. */
  readonly stride: number;
}

/** The step, lowered for itself. */
interface Step {
  readonly memory: Memory;
  readonly kernels: ReadonlyMap<string, Kernel>;
  readonly entry: EntryPoint;
}

/** Lowers the entry point of a graph; handed in, since lowering an entry point comes back here for its recurrences. */
export type LowerStep = (fused: FusedGraph, memory: Memory, kernels: ReturnType<typeof kernelTable>) => EntryPoint;

const lowerStep = (fused: FusedGraph, numerics: Numerics, lowerEntry: LowerStep): Step => {
  const memory = memoryOf(fused.graph);
  const kernels = kernelTable(numerics);
  return { memory, kernels: kernels.kernels, entry: lowerEntry(fused, memory, kernels) };
};

const declared = ({ memory }: Step, name: string): Buffer => {
  const buffer = memory.buffers.get(name);
  invariant(buffer !== undefined, `buffer ${name} of a step is declared`);
  return buffer;
};

/** What varies from step to step: states, elements, and whatever is computed from these. */
const varyingCalls = ({ kernels, entry }: Step, given: ReadonlySet<string>): ReadonlySet<Call> => {
  const varying = new Set(given);
  const calls = new Set<Call>();
  for (let before = -1; before < calls.size; ) {
    before = calls.size;
    for (const call of entry.calls) {
      if (calls.has(call) || !call.buffers.some((buffer) => varying.has(buffer))) continue;
      calls.add(call);
      const { parameters } = kernelOf(kernels, call);
      for (const [at, buffer] of call.buffers.entries()) if (parameters[at]?.access !== "read") varying.add(buffer);
    }
  }
  return calls;
};

const kernelOf = (kernels: ReadonlyMap<string, Kernel>, { kernel }: Call): Kernel => {
  const found = kernels.get(kernel);
  invariant(found !== undefined, `kernel ${kernel} of a step is in its table`);
  return found;
};

/** The statements of a call, on the program's buffers; `at` is the position in time. */
const writtenOut = (
  { parameters, body }: Kernel,
  { buffers }: Call,
  placeOf: (buffer: string) => Place,
  at: Expr,
  fresh: (hint: string) => string,
): readonly Stmt[] => {
  const places = new Map(
    parameters.flatMap(({ name }, position) => {
      const buffer = buffers[position];
      return buffer === undefined ? [] : [[name, placeOf(buffer)] as const];
    }),
  );
  const placed = (name: string): Place => {
    const place = places.get(name);
    invariant(place !== undefined, `${name} is a parameter of the kernel`);
    return place;
  };
  const shifted = (index: Expr, { stride }: Place): Expr => add(multiply(at, stride), index);
  const inExpr = (expr: Expr): Expr =>
    mapExpr(expr, (part) =>
      part.kind === "load"
        ? { ...part, buffer: placed(part.buffer).buffer, index: shifted(part.index, placed(part.buffer)) }
        : part,
    );
  return flatMapStmts(renameDeclared(body, fresh), (stmt) => {
    const changed = mapOwnExprs(stmt, inExpr);
    if (changed.kind !== "store") return [changed];
    const place = placed(changed.buffer);
    return [{ ...changed, buffer: place.buffer, index: shifted(changed.index, place) }];
  });
};

/** The first output of the step that is the same value: that one is computed, the others are copies of it. */
const firstOf = ({ entry }: Step, { buffer }: Port): Port | undefined =>
  entry.outputs.find((output) => output.buffer === buffer);

/** Where an output of the step is: the element of this step in a result. */
const resultPlace = (around: GroupSurroundings, node: NodeOf<"scan">, step: Step, { name, buffer }: Port): Place => {
  const at = node.results.findIndex((_, position) => name === outputName(position - node.attrs.carried));
  const result = node.results[at];
  const found = result === undefined ? undefined : around.bufferOf(result.id);
  invariant(found !== undefined, "wanted results of a scan are in memory");
  return { buffer: found, stride: declared(step, buffer).length };
};

/** Copies of outputs to the further results that are the same value. */
const repeatOutputs = (around: GroupSurroundings, node: NodeOf<"scan">, step: Step, at: Expr): readonly Stmt[] =>
  buildBody((root) => {
    for (const output of step.entry.outputs) {
      const first = firstOf(step, output);
      if (first === undefined || first === output) continue;
      const [from, to] = [first, output].map((port) => resultPlace(around, node, step, port));
      invariant(from !== undefined && to !== undefined, "both results have a place");
      const { dtype, length } = declared(step, output.buffer);
      root.loop(
        length,
        (i, inner) => {
          const position = add(multiply(at, to.stride), i);
          inner.store(to.buffer, position, load(loadType(dtype), from.buffer, position));
        },
        { mode: "vector" },
      );
    }
  });

/** Where the buffers of a step are. */
const placesOf = (
  around: GroupSurroundings,
  node: NodeOf<"scan">,
  step: Step,
  stateBuffers: readonly string[],
): ((buffer: string) => Place) => {
  const { carried, sequences } = node.attrs;
  const places = new Map<string, Place>();
  const bufferOf = (value: ValueId | undefined): string => {
    const buffer = value === undefined ? undefined : around.bufferOf(value);
    invariant(buffer !== undefined, "operands of a scan are in memory");
    return buffer;
  };
  for (const { name, buffer } of step.entry.inputs) {
    const at = node.operands.findIndex((_, position) => name === inputName(position - carried));
    const stride = at < carried + sequences ? declared(step, buffer).length : 0;
    places.set(buffer, { buffer: bufferOf(node.operands[at]), stride });
  }
  for (const output of step.entry.outputs)
    if (firstOf(step, output) === output) places.set(output.buffer, resultPlace(around, node, step, output));
  stateBuffers.forEach((buffer, at) => places.set(step.memory.parameter(stateName(at)), { buffer, stride: 0 }));
  return (name) => {
    const { dtype, length, data } = declared(step, name);
    const place = places.get(name) ?? {
      buffer: data === undefined ? around.scratch(dtype, length, name) : around.constant(dtype, data),
      stride: 0,
    };
    places.set(name, place);
    return place;
  };
};

/** Copies of the first states to where states are. */
const begin = (
  around: GroupSurroundings,
  node: NodeOf<"scan">,
  step: Step,
  states: readonly string[],
): readonly Stmt[] =>
  buildBody((root) => {
    for (const [at, state] of states.entries()) {
      const operand = node.operands[at];
      const from = operand === undefined ? undefined : around.bufferOf(operand);
      invariant(from !== undefined, "the first state is in memory");
      const { dtype, length } = declared(step, step.memory.parameter(stateName(at)));
      root.loop(length, (i, inner) => inner.store(state, i, load(loadType(dtype), from, i)), { mode: "vector" });
    }
  });

/** Lowers a scan: `group.outputs` are the results that somebody wants. */
export const lowerScan = (
  around: GroupSurroundings,
  group: Group,
  node: NodeOf<"scan">,
  lowerEntry: LowerStep,
): void => {
  invariant(group.step !== undefined, "the step of a scan is fused");
  const { carried, length, reverse } = node.attrs;
  const steps = knownExtent(length);
  const step = lowerStep(group.step, around.numerics, lowerEntry);
  // The last states are left in the buffers of the results where these are wanted.
  const states = partsOf(node.operands, node.attrs).state.map((_, at) => {
    const result = node.results[at];
    const wanted = result !== undefined && group.outputs.includes(result.id) ? around.bufferOf(result.id) : undefined;
    const { dtype, length: size } = declared(step, step.memory.parameter(stateName(at)));
    return wanted ?? around.scratch(dtype, size, "state");
  });
  const placeOf = placesOf(around, node, step, states);
  const given = new Set([
    ...states.map((_, at) => step.memory.parameter(stateName(at))),
    ...step.entry.inputs.flatMap(({ buffer }) => (placeOf(buffer).stride === 0 ? [] : [buffer])),
    ...step.entry.outputs.map(({ buffer }) => buffer),
  ]);
  const varying = varyingCalls(step, given);
  const first = begin(around, node, step, states);
  const fresh = freshNames({ name: "scan", parameters: [], body: first, inPlace: [] });
  const index = fresh("step");
  const forwards = variable("i32", index);
  const at: Index = reverse ? binary("sub", i32(steps - 1), forwards) : forwards;
  const body: Stmt[] = [];
  for (const call of step.entry.calls) {
    const kernel = kernelOf(step.kernels, call);
    if (varying.has(call)) body.push(...writtenOut(kernel, call, placeOf, at, fresh));
    else around.call(kernel.name, writtenOut(kernel, call, placeOf, at, freshNames({ ...kernel, body: [] })));
  }
  body.push(...renameDeclared(repeatOutputs(around, node, step, at), fresh));
  invariant(carried === states.length, "each state has a buffer");
  around.call("scan", [...first, { kind: "for", index, from: i32(0), to: i32(steps), step: 1, mode: "serial", body }]);
};
