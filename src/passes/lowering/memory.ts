// The buffers of a program. Names are ours alone: x inputs, w parameters, c constants, y outputs, t temporaries; what the
// user named appears in the ports.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { definitionOf, typeOf } from "../../ir/graph/analysis.ts";
import type { ConstantId, Graph, Node, ValueId } from "../../ir/graph/graph.ts";
import type { Buffer, BufferRole } from "../../ir/loop/kernel.ts";
import type { DataArray, DType } from "../../ir/types/dtype.ts";
import { sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";

/** The buffers of a program, and those of the leaves, which all entry points share. */
export interface Memory {
  readonly buffers: Map<string, Buffer>;
  readonly allocate: (role: BufferRole, dtype: DType, length: number) => string;
  /** The buffer of a dense constant; equal contents are kept once where they are one array. */
  readonly constant: (dtype: DType, data: DataArray) => string;
  /** The buffer of an input, parameter or dense constant. */
  readonly leafOf: (node: Node) => string | undefined;
  /** The buffer of a parameter by name. */
  readonly parameter: (name: string) => string;
}

const prefixes: { readonly [R in BufferRole]: string } = {
  input: "x",
  parameter: "w",
  constant: "c",
  output: "y",
  prepared: "p",
  temporary: "t",
};

/** What a dense constant holds; undefined for every other node. */
export const contentsOf = (
  graph: Graph,
  node: Node,
): { readonly dtype: DType; readonly data: DataArray } | undefined => {
  if (node.op !== "data") return undefined;
  // The registry's types say that a `data` node's id names a constant of the graph.
  const contents = graph.constants.get(node.attrs.id as ConstantId);
  invariant(contents !== undefined, `constant ${node.attrs.id} is in the graph`);
  return contents;
};

/** Declares the leaves of a graph; constants when they are first read. */
export const memoryOf = (graph: Graph): Memory => {
  const buffers = new Map<string, Buffer>();
  const counts = new Map<BufferRole, number>();
  const leaves = new Map<ValueId, string>();
  const constants = new Map<DataArray, string>();
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
  const parameters = new Map<string, string>();
  for (const value of graph.parameters) {
    const node = definitionOf(graph, value);
    declareValue("parameter", value);
    if (node.op === "parameter") parameters.set(node.attrs.name, leaves.get(value) ?? "");
  }
  const constant = (dtype: DType, data: DataArray): string => {
    const name = constants.get(data) ?? declare("constant", dtype, data.length, data);
    constants.set(data, name);
    return name;
  };
  return {
    buffers,
    constant,
    allocate: (role, dtype, length) => declare(role, dtype, length),
    parameter: (name) => {
      const buffer = parameters.get(name);
      invariant(buffer !== undefined, `parameter ${name} is in the graph`);
      return buffer;
    },
    leafOf: (node) => {
      const [result] = node.results;
      if (result === undefined) return undefined;
      const contents = contentsOf(graph, node);
      return contents === undefined ? leaves.get(result.id) : constant(contents.dtype, contents.data);
    },
  };
};
