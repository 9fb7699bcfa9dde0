// One entry point becomes kernel calls. A new value of a parameter goes straight into the parameter's buffer where nothing
// needs the old value any more, and is otherwise copied there when everything else is done.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, typeOf } from "../../ir/graph/analysis.ts";
import { callerName } from "../../ir/graph/entry-inputs.ts";
import type { Graph, NamedValue, ValueId } from "../../ir/graph/graph.ts";
import { buildBody, load, loadType } from "../../ir/loop/build.ts";
import type { Buffer, Call, EntryPoint, Port } from "../../ir/loop/kernel.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import type { FusedEntry, Group } from "../fused-graph.ts";
import { computedNodes } from "./domain.ts";
import { changesNothing, type KernelTable } from "./finish-kernel.ts";
import { lowerGroup, originOf } from "./lower-group.ts";
import type { LowerStep } from "./lower-scan.ts";
import type { Memory } from "./memory.ts";
import { loweringOnce } from "./repeated-groups.ts";
import type { GroupSurroundings } from "./surroundings.ts";

/** An entry point while it is lowered. */
interface Lowering {
  readonly graph: Graph;
  readonly fused: FusedEntry;
  readonly memory: Memory;
  readonly kernels: KernelTable;
  /** The calls so far. */
  readonly calls: Call[];
  /** The buffers of the values that groups have left in memory. */
  readonly stored: Map<ValueId, string>;
  /** The values that the caller gets, and those that become parameters. */
  readonly fetched: ReadonlySet<ValueId>;
  readonly updated: ReadonlySet<ValueId>;
}

/** The buffer of a value that is in memory: a leaf, what a group stored, or a reshape of one of these. */
const bufferOf = (lowering: Lowering, value: ValueId): string | undefined => {
  const known = lowering.stored.get(value);
  if (known !== undefined) return known;
  const node = definitionOf(lowering.graph, value);
  const [operand] = node.operands;
  return node.op === "reshape" && operand !== undefined ? bufferOf(lowering, operand) : lowering.memory.leafOf(node);
};

const bufferFor = (lowering: Lowering, value: ValueId): string => {
  const buffer = bufferOf(lowering, value);
  invariant(buffer !== undefined, `%${value} is in memory`);
  return buffer;
};

const declared = ({ memory }: Lowering, name: string): Buffer => {
  const buffer = memory.buffers.get(name);
  invariant(buffer !== undefined, `buffer ${name} is declared`);
  return buffer;
};

const addCall = (lowering: Lowering, name: string, body: Parameters<KernelTable["add"]>[1]): void => {
  // A body without statements works on an empty tensor: there is nothing to call.
  if (body.length > 0) lowering.calls.push(lowering.kernels.add(name, body, (buffer) => declared(lowering, buffer)));
};

const copy = (lowering: Lowering, from: string, to: string): void => {
  const { dtype, length } = declared(lowering, from);
  const element = loadType(dtype);
  const body = buildBody((root) =>
    root.loop(length, (i, inner) => inner.store(to, i, load(element, from, i)), { mode: "vector" }),
  );
  addCall(lowering, "copy", body);
};

/** Gives each output of a group its buffer. */
const allocateOutputs = (lowering: Lowering, { outputs }: Group): void => {
  const { graph, fetched, memory, stored } = lowering;
  for (const value of outputs) {
    const { dtype, shape } = typeOf(graph, value);
    const role = fetched.has(value) ? "output" : "temporary";
    stored.set(value, memory.allocate(role, dtype, sizeOf(knownShape(shape))));
  }
};

/** Lowers groups one by one; gives their calls, which are not yet among those of the entry. */
const groupLowering = (lowering: Lowering): ((group: Group) => readonly Call[]) => {
  const { graph, updated, memory, calls } = lowering;
  const around: GroupSurroundings = {
    graph,
    bufferOf: (value) => bufferOf(lowering, value),
    scratch: (dtype, length) => memory.allocate("temporary", dtype, length),
    call: (name, body) => addCall(lowering, name, body),
    constant: memory.constant,
    isUpdate: (value) => updated.has(value),
  };
  const lowerOnce = loweringOnce(around, (group, scratch) => {
    const before = calls.length;
    lowerGroup({ ...around, scratch }, group, lowerStep);
    return calls.splice(before);
  });
  return (group) => {
    const origin = originOf(graph, group);
    return lowerOnce(group).map((call) => ({ ...call, origin }));
  };
};

const lowerStep: LowerStep = ({ graph, entries: [entry] }, memory, kernels) => {
  invariant(entry !== undefined, "a step has an entry point");
  return lowerEntry(graph, entry, memory, kernels);
};

/** The buffers a group reads. */
const buffersRead = (lowering: Lowering, group: Group): ReadonlySet<string> => {
  const { graph } = lowering;
  const read = (value: ValueId): string | undefined => bufferOf(lowering, value);
  const isLoaded = (value: ValueId): boolean =>
    !group.members.has(definitionOf(graph, value).id) && read(value) !== undefined;
  const computed = computedNodes(graph, group.outputs, isLoaded);
  return new Set(computed.flatMap(({ operands }) => operands.flatMap((operand) => read(operand) ?? [])));
};

/** For each parameter, the last group that reads its old value; a value still needed at the end is read by no last group. */
const lastReaders = (lowering: Lowering): ReadonlyMap<string, number> => {
  const { entry, groups } = lowering.fused;
  const last = new Map<string, number>();
  for (const [position, group] of groups.entries())
    for (const buffer of buffersRead(lowering, group)) last.set(buffer, position);
  for (const { value } of [...entry.outputs, ...entry.updates]) {
    const leaf = bufferOf(lowering, value);
    if (leaf !== undefined) last.set(leaf, Number.POSITIVE_INFINITY);
  }
  return last;
};

/** The parameter buffer that each new value is meant for, where it is meant for one only and fetched by nobody. */
const targetsInPlace = ({ fused: { entry }, memory, fetched }: Lowering): ReadonlyMap<ValueId, string> => {
  const uses = new Map<ValueId, number>();
  for (const { value } of entry.updates) uses.set(value, (uses.get(value) ?? 0) + 1);
  return new Map(
    entry.updates
      .filter(({ value }) => uses.get(value) === 1 && !fetched.has(value))
      .map(({ name, value }) => [value, memory.parameter(name)]),
  );
};

/** Whether a call may write into `parameter` what it would write into `temporary`. */
const mayWriteOver = ({ kernels }: KernelTable, call: Call, temporary: string, parameter: string): boolean => {
  const [written, read] = [call.buffers.indexOf(temporary), call.buffers.indexOf(parameter)];
  if (read < 0) return true;
  const pairs = kernels.get(call.kernel)?.inPlace ?? [];
  return written >= 0 && pairs.some(([to, from]) => to === written && from === read);
};

/** Whether a call leaves everything as it was. */
const isIdle = ({ kernels }: KernelTable, call: Call): boolean => {
  const kernel = kernels.get(call.kernel);
  return kernel !== undefined && changesNothing(kernel, call);
};

/** Lets a group write new parameter values where the old ones are; copies of what is there already fall away. */
const writeInPlace = (
  lowering: Lowering,
  group: Group,
  own: readonly Call[],
  target: (value: ValueId) => string | undefined,
): readonly Call[] => {
  const { kernels, memory, stored } = lowering;
  return group.outputs.reduce<readonly Call[]>((calls, value) => {
    const [temporary, parameter] = [stored.get(value), target(value)];
    if (temporary === undefined || parameter === undefined) return calls;
    if (!calls.every((call) => mayWriteOver(kernels, call, temporary, parameter))) return calls;
    stored.set(value, parameter);
    memory.buffers.delete(temporary);
    return calls
      .map((call) => ({
        ...call,
        buffers: call.buffers.map((buffer) => (buffer === temporary ? parameter : buffer)),
      }))
      .filter((call) => !isIdle(kernels, call));
  }, own);
};

/** Copies new values that are not in their parameters yet; first of all those that are another parameter's old value. */
const finishUpdates = (lowering: Lowering): void => {
  const { memory, fused } = lowering;
  const waiting = fused.entry.updates.flatMap(({ name, value }): readonly (readonly [string, string])[] => {
    const [source, target] = [bufferFor(lowering, value), memory.parameter(name)];
    if (source === target) return [];
    const { role, dtype, length } = declared(lowering, source);
    if (role !== "parameter") return [[source, target]];
    const kept = memory.allocate("temporary", dtype, length);
    copy(lowering, source, kept);
    return [[kept, target]];
  });
  for (const [from, to] of waiting) copy(lowering, from, to);
};

/** Fetched values as ports; a value that is somebody else's buffer (an input, a weight) is copied. */
const outputPorts = (lowering: Lowering): readonly Port[] =>
  lowering.fused.entry.outputs.map(({ name, value }): Port => {
    const type = typeOf(lowering.graph, value);
    const buffer = bufferFor(lowering, value);
    const { role, dtype, length } = declared(lowering, buffer);
    if (role === "output") return { name, type, buffer };
    const own = lowering.memory.allocate("output", dtype, length);
    copy(lowering, buffer, own);
    return { name, type, buffer: own };
  });

/** The inputs that the calls read, as ports, under the names that callers give them. */
const inputPorts = ({ graph, memory, calls }: Lowering): readonly Port[] => {
  const used = new Set(calls.flatMap(({ buffers }) => buffers));
  return graph.inputs.flatMap((value): readonly Port[] => {
    const node = definitionOf(graph, value);
    const buffer = memory.leafOf(node);
    if (node.op !== "input" || buffer === undefined || !used.has(buffer)) return [];
    return [{ name: callerName(graph, node.attrs.name), type: typeOf(graph, value), buffer }];
  });
};

/** Lowers one entry point; kernels and leaves are shared with the others. */
export const lowerEntry = (graph: Graph, fused: FusedEntry, memory: Memory, kernels: KernelTable): EntryPoint => {
  const valuesOf = (names: readonly NamedValue[]): ReadonlySet<ValueId> => new Set(names.map(({ value }) => value));
  const [fetched, updated] = [valuesOf(fused.entry.outputs), valuesOf(fused.entry.updates)];
  const lowering: Lowering = { graph, fused, memory, kernels, calls: [], stored: new Map(), fetched, updated };
  const targets = targetsInPlace(lowering);
  for (const group of fused.groups) allocateOutputs(lowering, group);
  const lastReader = lastReaders(lowering);
  const callsOf = groupLowering(lowering);
  for (const [position, group] of fused.groups.entries()) {
    const free = (value: ValueId): string | undefined => {
      const parameter = targets.get(value);
      return parameter !== undefined && (lastReader.get(parameter) ?? -1) <= position ? parameter : undefined;
    };
    lowering.calls.push(...writeInPlace(lowering, group, callsOf(group), free));
  }
  const outputs = outputPorts(lowering);
  finishUpdates(lowering);
  const updates = fused.entry.updates.map(({ name }) => name);
  return { name: fused.entry.name, inputs: inputPorts(lowering), outputs, updates, calls: lowering.calls };
};
