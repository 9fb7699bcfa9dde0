// From a fused graph to a loop program: each group becomes kernel calls over buffers. Buffers get names of ours only (x
// inputs, w parameters, c constants, y outputs, t temporaries); what the user named appears in the ports alone. A new
// value of a parameter goes straight into the parameter's buffer where nothing needs the old one any more, and otherwise
// is copied there when everything else is done.
import { invariant } from "../ir/diagnostics/invariant.ts";
import { definitionOf, definitions, typeOf } from "../ir/graph/analysis.ts";
import type { ConstantId, Entry, Graph, Node, ValueId } from "../ir/graph/graph.ts";
import { buildBody, load, loadType } from "../ir/loop/build.ts";
import type { Buffer, BufferRole, Call, EntryPoint, Port, Program } from "../ir/loop/kernel.ts";
import type { Stmt } from "../ir/loop/stmt.ts";
import type { DType } from "../ir/types/dtype.ts";
import { sizeOf } from "../ir/types/ndarray.ts";
import type { FusedEntry, FusedGraph, Group } from "./fused-graph.ts";
import { knownShape } from "../ir/types/shape.ts";
import { computedNodes } from "./lowering/domain.ts";
import { type KernelTable, kernelTable } from "./lowering/finish-kernel.ts";
import { type GroupSurroundings, lowerGroup } from "./lowering/lower-group.ts";
import type { Pass } from "./pass.ts";

/** The buffers of a program, and those of the leaves, which all entry points share. */
interface Memory {
  readonly buffers: Map<string, Buffer>;
  readonly allocate: (role: BufferRole, dtype: DType, length: number) => string;
  readonly leafOf: (node: Node) => string | undefined;
}

const prefixes: { readonly [R in BufferRole]: string } = {
  input: "x",
  parameter: "w",
  constant: "c",
  output: "y",
  temporary: "t",
};

const memoryOf = (graph: Graph): Memory => {
  const buffers = new Map<string, Buffer>();
  const counts = new Map<BufferRole, number>();
  const leaves = new Map<ValueId, string>();
  const constants = new Map<ConstantId, string>();
  const declare = (role: BufferRole, dtype: DType, length: number, data?: Buffer["data"]): string => {
    const count = counts.get(role) ?? 0;
    counts.set(role, count + 1);
    const name = `${prefixes[role]}${count}`;
    buffers.set(name, { name, dtype, length, role, ...(data === undefined ? {} : { data }) });
    return name;
  };
  const declareValue = (role: BufferRole, value: ValueId): void => {
    const type = typeOf(graph, value);
    leaves.set(value, declare(role, type.dtype, sizeOf(knownShape(type.shape))));
  };
  for (const value of graph.inputs) declareValue("input", value);
  for (const value of graph.parameters) declareValue("parameter", value);
  return {
    buffers,
    allocate: (role, dtype, length) => declare(role, dtype, length),
    leafOf: (node) => {
      const [result] = node.results;
      if (result === undefined) return undefined;
      if (node.op !== "data") return leaves.get(result.id);
      // The registry's types say that a `data` node's id names a constant of the graph.
      const id = node.attrs.id as ConstantId;
      const known = constants.get(id);
      if (known !== undefined) return known;
      const contents = graph.constants.get(id);
      invariant(contents !== undefined, `constant ${id} is in the graph`);
      const name = declare("constant", contents.dtype, contents.data.length, contents.data);
      constants.set(id, name);
      return name;
    },
  };
};

/** Lowers one entry point; kernels and leaves are shared with the others. */
const lowerEntry = (graph: Graph, { entry, groups }: FusedEntry, memory: Memory, kernels: KernelTable): EntryPoint => {
  const calls: Call[] = [];
  const stored = new Map<ValueId, string>();
  const outputs = new Set(entry.outputs.map(({ value }) => value));
  const updates = new Set(entry.updates.map(({ value }) => value));

  const bufferOf = (value: ValueId): string | undefined => {
    const known = stored.get(value);
    if (known !== undefined) return known;
    const node = definitionOf(graph, value);
    const [operand] = node.operands;
    return node.op === "reshape" && operand !== undefined ? bufferOf(operand) : memory.leafOf(node);
  };
  const declared = (name: string): Buffer => {
    const buffer = memory.buffers.get(name);
    invariant(buffer !== undefined, `buffer ${name} is declared`);
    return buffer;
  };
  const call = (name: string, body: readonly Stmt[]): void => {
    calls.push(kernels.add(name, body, declared));
  };
  const around: GroupSurroundings = {
    graph,
    bufferOf,
    scratch: (dtype, length) => memory.allocate("temporary", dtype, length),
    call,
    isUpdate: (value) => updates.has(value),
  };
  const copy = (from: string, to: string): void => {
    const { dtype, length } = declared(from);
    const element = loadType(dtype);
    call("copy", buildBody((body) => body.loop(length, (i, inner) => inner.store(to, i, load(element, from, i)), { mode: "vector" })));
  };

  const readByGroup = groups.map((group) => buffersRead(graph, group, bufferOf));
  const rewrites = updatesInPlace(entry, memory, graph);
  for (const [position, group] of groups.entries()) {
    for (const value of group.outputs) {
      const type = typeOf(graph, value);
      const role = outputs.has(value) ? "output" : "temporary";
      stored.set(value, memory.allocate(role, type.dtype, sizeOf(knownShape(type.shape))));
    }
    const before = calls.length;
    lowerGroup(around, group);
    const own = calls.splice(before);
    for (const value of group.outputs) {
      const temporary = stored.get(value);
      const parameter = rewrites.get(value);
      const neededLater = readByGroup.slice(position + 1).some((read) => parameter !== undefined && read().has(parameter));
      if (temporary === undefined || parameter === undefined || outputs.has(value) || neededLater) continue;
      if (!own.every((each) => mayWriteOver(kernels, each, temporary, parameter))) continue;
      for (const [at, each] of own.entries())
        own[at] = { ...each, buffers: each.buffers.map((buffer) => (buffer === temporary ? parameter : buffer)) };
      stored.set(value, parameter);
      memory.buffers.delete(temporary);
    }
    calls.push(...own);
  }
  finishUpdates(entry, memory, graph, bufferOf, declared, copy);
  const port = (name: string, value: ValueId, buffer: string): Port => ({ name, type: typeOf(graph, value), buffer });
  const outputPorts = entry.outputs.map(({ name, value }): Port => {
    const buffer = bufferOf(value);
    invariant(buffer !== undefined, `output ${name} is in memory`);
    if (declared(buffer).role === "output") return port(name, value, buffer);
    const { dtype, length } = declared(buffer);
    const own = memory.allocate("output", dtype, length);
    copy(buffer, own);
    return port(name, value, own);
  });
  const used = new Set(calls.flatMap(({ buffers }) => buffers));
  const inputs = graph.inputs.flatMap((value): readonly Port[] => {
    const node = definitionOf(graph, value);
    const buffer = memory.leafOf(node);
    return node.op === "input" && buffer !== undefined && used.has(buffer) ? [port(node.attrs.name, value, buffer)] : [];
  });
  return { name: entry.name, inputs, outputs: outputPorts, updates: entry.updates.map(({ name }) => name), calls };
};

/** The buffers a group reads, worked out when first asked. */
const buffersRead = (graph: Graph, group: Group, bufferOf: (value: ValueId) => string | undefined): (() => ReadonlySet<string>) => {
  let known: ReadonlySet<string> | undefined;
  return () => {
    const isLoaded = (value: ValueId): boolean =>
      !group.members.has(definitionOf(graph, value).id) && bufferOf(value) !== undefined;
    known ??= new Set(
      computedNodes(graph, group.outputs, isLoaded).flatMap(({ operands }) => operands.flatMap((operand) => bufferOf(operand) ?? [])),
    );
    return known;
  };
};

/** The parameter buffer that each new value is meant for, where it is meant for one only. */
const updatesInPlace = (entry: Entry, memory: Memory, graph: Graph): ReadonlyMap<ValueId, string> => {
  const targets = new Map<ValueId, string>();
  const several = new Set<ValueId>();
  for (const { name, value } of entry.updates) {
    if (targets.has(value)) several.add(value);
    targets.set(value, parameterBuffer(graph, memory, name));
  }
  for (const value of several) targets.delete(value);
  return targets;
};

const parameterBuffer = (graph: Graph, memory: Memory, name: string): string => {
  for (const value of graph.parameters) {
    const node = definitions(graph).get(value);
    const buffer = node?.op === "parameter" && node.attrs.name === name ? memory.leafOf(node) : undefined;
    if (buffer !== undefined) return buffer;
  }
  invariant(false, `parameter ${name} is in the graph`);
};

/** Whether a call may write into `parameter` what it would write into `temporary`. */
const mayWriteOver = (kernels: KernelTable, call: Call, temporary: string, parameter: string): boolean => {
  const written = call.buffers.indexOf(temporary);
  const read = call.buffers.indexOf(parameter);
  if (written < 0) return read < 0;
  return read < 0 || (kernels.kernels.get(call.kernel)?.inPlace.some(([to, from]) => to === written && from === read) ?? false);
};

/** Copies the new values that are not in their parameters yet: all of them first, since one may be another's old value. */
const finishUpdates = (
  entry: Entry,
  memory: Memory,
  graph: Graph,
  bufferOf: (value: ValueId) => string | undefined,
  declared: (name: string) => Buffer,
  copy: (from: string, to: string) => void,
): void => {
  const waiting: (readonly [from: string, to: string])[] = [];
  for (const { name, value } of entry.updates) {
    const target = parameterBuffer(graph, memory, name);
    const source = bufferOf(value);
    invariant(source !== undefined, `the new value of ${name} is in memory`);
    if (source === target) continue;
    const { role, dtype, length } = declared(source);
    if (role !== "parameter") waiting.push([source, target]);
    else {
      const kept = memory.allocate("temporary", dtype, length);
      copy(source, kept);
      waiting.push([kept, target]);
    }
  }
  for (const [from, to] of waiting) copy(from, to);
};

/** Lowers every entry point. */
export const lower: Pass<FusedGraph, Program> = {
  name: "lower",
  summary: "Turns groups of nodes into loop kernels over buffers.",
  run: ({ graph, entries }) => {
    const memory = memoryOf(graph);
    const kernels = kernelTable();
    const lowered = entries.map((entry) => lowerEntry(graph, entry, memory, kernels));
    const parameters = graph.parameters.flatMap((value): readonly Port[] => {
      const node = definitionOf(graph, value);
      const buffer = memory.leafOf(node);
      return node.op === "parameter" && buffer !== undefined ? [{ name: node.attrs.name, type: typeOf(graph, value), buffer }] : [];
    });
    return { name: graph.name, buffers: memory.buffers, kernels: kernels.kernels, parameters, entries: lowered };
  },
};
