// Shares the work of a program between threads: large kernels are cut in parts (share-kernel.ts), small ones stay whole, for one thread.
// Buffers that only one call uses are scratch: where its parts use them, each thread gets its own.
import type { Buffer, Call, Kernel, Program } from "../../ir/loop/kernel.ts";
import { boundsOfNames } from "../../ir/loop/relations.ts";
import type { Pass } from "../pass.ts";
import { stepsOf, stepsPerNanosecond } from "./estimate.ts";
import { type SharedKernel, shareKernel } from "./share-kernel.ts";

/** Kernels that take less than this, in nanoseconds, are not worth the wait for one another: it is about ten such waits. */
const leastKernel = 8_000;

/** Nor are entry points whose kernels together take less: threads that sleep take 10 to 30 microseconds to come. */
const leastEntry = 60_000;

/** Between how many threads work is shared, and which: kernels, and entry points, that take so many nanoseconds. */
export interface ShareOptions {
  readonly threads: number;
  readonly least?: { readonly kernel: number; readonly entry: number };
}

/** The buffer that tells a thread its part. */
const sharingBuffer = "share";

const callsOf = ({ entries, prepare }: Program): readonly Call[] => [...prepare, ...entries.flatMap(({ calls }) => calls)];

/** Temporaries that one call uses, once. */
const scratchBuffers = (program: Program): ReadonlySet<string> => {
  const uses = new Map<string, number>();
  for (const { buffers } of callsOf(program)) for (const name of buffers) uses.set(name, (uses.get(name) ?? 0) + 1);
  return new Set([...uses].filter(([name, count]) => count === 1 && program.buffers.get(name)?.role === "temporary").map(([name]) => name));
};

/** For each kernel the parameters that are scratch wherever it is called. */
const scratchParameters = (program: Program): ReadonlyMap<string, ReadonlySet<string>> => {
  const scratch = scratchBuffers(program);
  const found = new Map([...program.kernels].map(([name, { parameters }]) => [name, new Set(parameters.map((each) => each.name))]));
  for (const { kernel, buffers } of callsOf(program))
    for (const [position, buffer] of buffers.entries())
      if (!scratch.has(buffer)) found.get(kernel)?.delete(program.kernels.get(kernel)?.parameters[position]?.name ?? "");
  return found;
};

const timeOf = ({ body }: Kernel): number => stepsOf(body, boundsOfNames(body)) / stepsPerNanosecond;

const shareProgram = (
  program: Program,
  { threads, least = { kernel: leastKernel, entry: leastEntry } }: ShareOptions,
): Program => {
  const scratch = scratchParameters(program);
  const shared = new Map<string, SharedKernel>();
  const times = new Map([...program.kernels].map(([name, kernel]) => [name, timeOf(kernel)]));
  for (const [name, kernel] of program.kernels) {
    const isLarge = (times.get(name) ?? 0) >= least.kernel;
    const found = isLarge ? shareKernel(kernel, scratch.get(name) ?? new Set(), threads) : undefined;
    if (found !== undefined) shared.set(name, found);
  }
  if (shared.size === 0) return program;
  const copied = new Set(
    callsOf(program).flatMap(({ kernel, buffers }) =>
      (shared.get(kernel)?.scratch ?? []).flatMap((position) => buffers[position] ?? []),
    ),
  );
  const share: Buffer = {
    name: sharingBuffer,
    dtype: "i32",
    length: 2,
    role: "constant",
    data: Int32Array.of(0, 1),
    copies: threads,
  };
  const buffers = [...program.buffers.values()].map((buffer) => (copied.has(buffer.name) ? { ...buffer, copies: threads } : buffer));
  const withShare = (call: Call): Call =>
    shared.has(call.kernel) ? { ...call, buffers: [...call.buffers, sharingBuffer] } : call;
  return {
    ...program,
    buffers: new Map([...buffers, share].map((buffer) => [buffer.name, buffer])),
    kernels: new Map([...program.kernels].map(([name, kernel]) => [name, shared.get(name)?.kernel ?? kernel])),
    entries: program.entries.map((entry) => ({ ...entry, calls: entry.calls.map(withShare) })),
    prepare: program.prepare.map(withShare),
    sharing: {
      buffer: sharingBuffer,
      threads,
      worthwhile: [...program.entries.map(({ calls }) => calls), program.prepare].map((calls) => {
        const time = calls.reduce((sum, { kernel }) => sum + (shared.has(kernel) ? (times.get(kernel) ?? 0) : 0), 0);
        return time > 0 && time >= least.entry;
      }),
    },
  };
};

/** Shares the work of a program between so many threads. */
export const shareWork = (options: ShareOptions): Pass<Program, Program> => ({
  name: "share-work",
  summary: "Cuts the loops of large kernels in parts, one for each thread.",
  run: (program) => shareProgram(program, options),
});
