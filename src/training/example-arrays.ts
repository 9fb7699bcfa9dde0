// Data as arrays with one row per example, cut into batches. How long a row is and how many make a batch is known from the
// compiled inputs, so a plain typed array is enough.
import { checkNames } from "../backends/runtime/executable.ts";
import type { CompiledGraph } from "../compile/compile-graph.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { invariant } from "../ir/diagnostics/invariant.ts";
import { callerNames } from "../ir/graph/entry-inputs.ts";
import type { EntryPoint, Port } from "../ir/loop/kernel.ts";
import { type DataArray, dtypes } from "../ir/types/dtype.ts";
import { sizeOf } from "../ir/types/ndarray.ts";
import { knownShape } from "../ir/types/shape.ts";
import { printShape, printType } from "../ir/types/tensor-type.ts";
import type { AnyFeeds } from "./compiled-model.ts";

/** The rows that an input takes from. */
interface Column {
  readonly name: string;
  readonly data: DataArray;
  /** Elements of one row. */
  readonly row: number;
  readonly count: number;
}

/** Examples as arrays whose first axis counts them. */
export interface ExampleArrays {
  readonly count: number;
  readonly columns: readonly Column[];
}

/** An entry point of a compiled description. */
export const entryOf = ({ program }: CompiledGraph, name: string): EntryPoint => {
  const found = program.entries.find((entry) => entry.name === name);
  invariant(found !== undefined, `there is an entry point ${name}`);
  return found;
};

/** The first axis that all inputs have in common: the size of a batch. A program that reads no input has nothing in its batches. */
export const commonRows = (ports: readonly Port[]): number | undefined => {
  if (ports.length === 0) return 0;
  const rows = new Set(ports.map(({ type }) => knownShape(type.shape)[0]));
  const [first] = rows;
  return rows.size === 1 ? first : undefined;
};

const columnOf = ({ name, type }: Port, feed: unknown): Column => {
  const wrapped = typeof feed === "object" && feed !== null && !ArrayBuffer.isView(feed) && "data" in feed;
  const given = wrapped ? feed.data : feed;
  const wanted = dtypes[type.dtype].arrayName;
  if (!ArrayBuffer.isView(given) || given.constructor.name !== wanted)
    return reject("W303", { name, dtype: type.dtype, wanted, given: inWords(given) });
  // The class was just checked by name.
  const data = given as DataArray;
  const [, ...rest] = knownShape(type.shape);
  const row = sizeOf(rest);
  const shape: unknown = wrapped && "shape" in feed ? feed.shape : undefined;
  if (shape === undefined) {
    if (row === 0 || data.length % row !== 0) reject("W512", { name, row, rest, length: data.length });
    return { name, data, row, count: data.length / row };
  }
  const extents: readonly unknown[] = Array.isArray(shape) ? shape : [];
  const count = Number(extents[0]);
  const isOfRows = extents.length === rest.length + 1 && rest.every((extent, axis) => extent === extents[axis + 1]);
  const examples = printType({ dtype: type.dtype, shape: ["examples", ...rest] });
  if (!isOfRows)
    reject("W304", { name, type: examples, given: Array.isArray(shape) ? printShape(shape) : inWords(shape) });
  if (data.length !== count * row)
    reject("W305", {
      name,
      type: printType({ dtype: type.dtype, shape: [count, ...rest] }),
      wanted: count * row,
      given: data.length,
    });
  return { name, data, row, count };
};

/**
 * The examples that a record of arrays holds for the inputs of an entry point. `reject`s names that are no inputs (W302) or
 * missing (W301), arrays of another class or shape (W303 to W305), inputs without a common first axis (W511), arrays that
 * are no whole rows (W512), and arrays with different numbers of them (W510).
 */
export const exampleArrays = (compiled: CompiledGraph, name: string, data: AnyFeeds): ExampleArrays => {
  const entry = entryOf(compiled, name);
  const ports = entry.inputs;
  checkNames(entry, data, callerNames(compiled.graph));
  if (commonRows(ports) === undefined)
    reject("W511", { inputs: ports.map(({ name, type }) => `${name}: ${printType(type)}`) });
  const columns = ports.map((port) => columnOf(port, data[port.name]));
  const count = columns[0]?.count ?? 0;
  if (columns.some((column) => column.count !== count))
    reject("W510", { counts: columns.map((column) => [column.name, column.count] as const) });
  return { count, columns };
};

/** Examples one after the other, as views: nothing is copied. */
export const slicedRows = ({ columns }: ExampleArrays, start: number, rows: number): AnyFeeds =>
  Object.fromEntries(columns.map(({ name, data, row }) => [name, data.subarray(start * row, (start + rows) * row)]));

/** Gathers examples into batches, in the same arrays each time: whoever is fed copies what it gets. */
export const rowGatherer = ({ columns }: ExampleArrays, rows: number): ((order: Uint32Array) => AnyFeeds) => {
  const targets = columns.map(({ data, row }) => data.slice(0, rows * row));
  const feeds = Object.fromEntries(columns.map(({ name }, at) => [name, targets[at]]));
  return (order) => {
    for (const [at, { data, row }] of columns.entries())
      for (const [position, from] of order.entries())
        targets[at]?.set(data.subarray(from * row, (from + 1) * row), position * row);
    return feeds;
  };
};
