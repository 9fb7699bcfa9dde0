// Takes out of entry points what depends on parameters alone: weights packed for the products that read them, norms of
// weights, tables of positions. The program computes these once, and again only when a caller has set a parameter
// (partial evaluation by binding time: Jones, Gomard, Sestoft 1993). Parameters that some entry point changes count as
// changing all the time, so a training step keeps its packing.
import { invariant } from "../ir/diagnostics/invariant.ts";
import type { Buffer, Call, EntryPoint, Program } from "../ir/loop/kernel.ts";
import { dtypes } from "../ir/types/dtype.ts";
import type { Pass } from "./pass.ts";

/** What is computed once stays in memory: at most so many times what it is made of, beside a few tables. */
const largestGrowth = 2;
const tableBytes = 1 << 16;

/** What has been taken out so far. */
interface Preparation {
  readonly calls: Call[];
  /** Buffers whose contents depend on parameters alone: constants, parameters that nobody changes, and what is prepared. */
  readonly fixed: Set<string>;
  /** For what is prepared already, by kernel and operands: where it stands. */
  readonly known: Map<string, readonly string[]>;
  /** Buffers that another call, equal to theirs, fills already. */
  readonly renamed: Map<string, string>;
}

const fixedBuffers = ({ buffers, parameters, entries }: Program): Set<string> => {
  const changed = new Set(entries.flatMap(({ updates }) => updates));
  return new Set([
    ...[...buffers.values()].filter(({ role }) => role === "constant").map(({ name }) => name),
    ...parameters.filter(({ name }) => !changed.has(name)).map(({ buffer }) => buffer),
  ]);
};

/** How many calls of an entry point write each buffer. */
const writersIn = (program: Program, { calls }: EntryPoint): ReadonlyMap<string, number> => {
  const writers = new Map<string, number>();
  for (const { kernel, buffers } of calls)
    for (const [at, { access }] of (program.kernels.get(kernel)?.parameters ?? []).entries()) {
      const buffer = buffers[at];
      if (access !== "read" && buffer !== undefined) writers.set(buffer, (writers.get(buffer) ?? 0) + 1);
    }
  return writers;
};

/** A call's buffers by what it does with them. */
const accessesOf = (
  program: Program,
  { kernel, buffers }: Call,
): { readonly read: readonly Buffer[]; readonly written: readonly Buffer[]; readonly updates: boolean } => {
  const parameters = program.kernels.get(kernel)?.parameters ?? [];
  const of = (wanted: "read" | "write"): readonly Buffer[] =>
    parameters.flatMap(({ access }, at): readonly Buffer[] => {
      const buffer = program.buffers.get(buffers[at] ?? "");
      invariant(buffer !== undefined, `call of ${kernel}: buffer ${buffers[at]} is declared`);
      return access === wanted ? [buffer] : [];
    });
  return { read: of("read"), written: of("write"), updates: parameters.some(({ access }) => access === "update") };
};

const bytesOf = (buffers: readonly Buffer[]): number =>
  buffers.reduce((sum, { dtype, length }) => sum + dtypes[dtype].bytes * length, 0);

/** Whether a call depends on parameters alone, and its results are not too large to keep. */
const isFixed = (
  program: Program,
  { fixed }: Preparation,
  writers: ReadonlyMap<string, number>,
  call: Call,
): boolean => {
  const { read, written, updates } = accessesOf(program, call);
  return (
    !updates &&
    read.every(({ name }) => fixed.has(name)) &&
    written.every(({ name, role }) => role === "temporary" && writers.get(name) === 1) &&
    bytesOf(written) <= largestGrowth * bytesOf(read) + tableBytes
  );
};

const prepareCall = (program: Program, preparation: Preparation, call: Call): void => {
  const { read, written } = accessesOf(program, call);
  const key = JSON.stringify([call.kernel, ...read.map(({ name }) => name)]);
  const known = preparation.known.get(key);
  if (known !== undefined) {
    for (const [at, { name }] of written.entries()) preparation.renamed.set(name, known[at] ?? name);
    return;
  }
  const names = written.map(({ name }) => name);
  preparation.known.set(key, names);
  for (const name of names) preparation.fixed.add(name);
  preparation.calls.push(call);
};

/** The entry point with what is left for it to do. */
const takeOut = (program: Program, preparation: Preparation, entry: EntryPoint): EntryPoint => {
  const writers = writersIn(program, entry);
  const calls = entry.calls.flatMap((call): readonly Call[] => {
    const buffers = call.buffers.map((name) => preparation.renamed.get(name) ?? name);
    const current: Call = buffers.some((name, at) => name !== call.buffers[at]) ? { ...call, buffers } : call;
    if (!isFixed(program, preparation, writers, current)) return [current];
    prepareCall(program, preparation, current);
    return [];
  });
  return { ...entry, calls };
};

/** Buffers as they are used now: those that entry points read from the preparation persist, those that nobody names fall away. */
const newRoles = (
  { buffers }: Program,
  entries: readonly EntryPoint[],
  { calls, renamed }: Preparation,
): ReadonlyMap<string, Buffer> => {
  const prepared = new Set(calls.flatMap((call) => call.buffers));
  const needed = new Set(entries.flatMap((entry) => entry.calls.flatMap((call) => call.buffers)));
  return new Map(
    [...buffers]
      .filter(([name]) => !renamed.has(name))
      .map(([name, buffer]) => {
        const persists = buffer.role === "temporary" && prepared.has(name) && needed.has(name);
        return [name, persists ? { ...buffer, role: "prepared" } : buffer];
      }),
  );
};

/** Moves what depends on parameters alone out of the entry points. */
export const prepare: Pass<Program, Program> = {
  name: "prepare",
  summary: "Takes what depends on parameters alone out of entry points, to be computed when parameters are set.",
  run: (program) => {
    const preparation: Preparation = {
      calls: [],
      fixed: fixedBuffers(program),
      known: new Map(),
      renamed: new Map(),
    };
    const entries = program.entries.map((entry) => takeOut(program, preparation, entry));
    if (preparation.calls.length === 0) return program;
    const buffers = newRoles(program, entries, preparation);
    return { ...program, buffers, entries, prepare: preparation.calls };
  },
};
