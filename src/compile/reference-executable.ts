// The reference meaning behind the interface of a compiled program: every op evaluated in double precision, slow and
// obvious. What the other backends are compared with, by tests and by users.
import { evaluateEntry, type NamedArrays } from "../backends/reference/interpreter.ts";
import { zeroInputs } from "../backends/reference/zero-inputs.ts";
import {
  checkIndices,
  checkNames,
  checkStates,
  type Executable,
  type InputFacts,
} from "../backends/runtime/executable.ts";
import { firstValues } from "../backends/runtime/first-values.ts";
import { checkedFeed, hostArray, type NDArray, sizeOfType } from "../backends/runtime/host-array.ts";
import { checkedRunOptions, checkInto, resultsOf } from "../backends/runtime/results.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { invariant } from "../ir/diagnostics/invariant.ts";
import { graphName } from "../ir/graph/entry-inputs.ts";
import type { Graph } from "../ir/graph/graph.ts";
import type { EntryPoint, PlannedProgram, Port } from "../ir/loop/kernel.ts";
import { type DataArray, dtypes } from "../ir/types/dtype.ts";
import type { NdArray } from "../ir/types/ndarray.ts";
import { knownType } from "../ir/types/shape.ts";

const toReference = ({ type }: Port, data: DataArray): NdArray => ({
  ...knownType(type),
  data: Float64Array.from(data),
});

/** Back to the array class of the dtype: f32 is rounded here, and only here. */
const toHost = (port: Port, { data }: NdArray): NDArray => {
  const array = dtypes[port.type.dtype].allocate(data.length);
  array.set(data);
  return hostArray(port.type, array);
};

/** Puts a graph on the reference interpreter; the planned program only says what its ports are. */
export const referenceExecutable = (graph: Graph, program: PlannedProgram, facts: InputFacts): Executable => {
  const state = new Map<string, NdArray>(
    program.parameters.map((port) => [port.name, toReference(port, hostArray(port.type).data)]),
  );
  const parameters = new Map(program.parameters.map((port) => [port.name, port]));
  const entries = new Map<string, EntryPoint>(program.entries.map((entry) => [entry.name, entry]));
  const portOf = (name: string): Port =>
    parameters.get(name) ?? reject("W307", { name, known: [...parameters.keys()] });
  const unread = zeroInputs(graph);
  const write: Executable["write"] = (name, value) => {
    const port = portOf(name);
    state.set(name, toReference(port, checkedFeed(name, port.type, value)));
    first.drop(name);
  };
  const first = firstValues(write);
  return {
    backend: "reference",
    threads: 1,
    dispose: () => {},
    [Symbol.dispose]: () => {},
    entries: [...entries.keys()],
    parameters: program.parameters,
    run: (name, feeds, options = {}) => {
      const { into } = checkedRunOptions(name, options);
      const entry = entries.get(name) ?? reject("W308", { name, known: [...entries.keys()] });
      checkNames(entry, feeds, facts.names);
      const fed = entry.inputs.map((port) => {
        const data = checkedFeed(port.name, port.type, feeds[port.name]);
        checkIndices(port.name, data, facts.ranges.get(port.name));
        return [graphName(graph, name, port.name), toReference(port, data)] as const;
      });
      first.needAll();
      checkStates(name, facts, (parameter) => state.get(parameter)?.data);
      checkInto(entry, into, ({ type }) => sizeOfType(type));
      const arrays: NamedArrays = { ...unread, ...Object.fromEntries(fed) };
      const { outputs, updates } = evaluateEntry(graph, name, arrays, Object.fromEntries(state));
      for (const [parameter, value] of Object.entries(updates)) state.set(parameter, value);
      return resultsOf(
        entry,
        (port) => {
          const value = outputs[port.name];
          invariant(value !== undefined, `${name} gives ${port.name}`);
          return toHost(port, value).data;
        },
        into,
      );
    },
    profile: () => reject("W312", {}),
    read: (name) => {
      const port = portOf(name);
      first.need(name);
      const value = state.get(name);
      return value === undefined ? hostArray(port.type) : toHost(port, value);
    },
    write,
    begin: (name, value) => first.add(portOf(name).name, value),
  };
};
