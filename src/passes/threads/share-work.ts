// Shares the work of a program between threads: large kernels are cut in parts (share-kernel.ts), divided first where that takes a wait in
// between (pieces.ts); small ones stay whole, for one thread. Temporaries that only one call uses are scratch: where its parts use them, each
// thread gets its own.
import { type Buffer, type Call, callsOf, type Kernel, type Program } from "../../ir/loop/kernel.ts";
import { boundsOfNames } from "../../ir/loop/relations.ts";
import type { Pass } from "../pass.ts";
import { stepsOf, stepsPerNanosecond } from "./estimate.ts";
import { type Piece, piecesOf } from "./pieces.ts";
import { leastGain, type SharedKernel, shareKernel } from "./share-kernel.ts";

/** Kernels that take less than this, in nanoseconds, are not worth the wait for one another: it is about ten such waits. */
const leastKernel = 8_000;

/** Nor are entry points whose kernels together take less: threads that sleep take 10 to 30 microseconds to come. */
const leastEntry = 60_000;

/** Kernels with more parameters are functions for one call each, and these know nothing of threads. */
const mostParameters = 500;

/** Between how many threads work is shared, and which: kernels, and entry points, that take so many nanoseconds. */
export interface ShareOptions {
  readonly threads: number;
  readonly least?: { readonly kernel: number; readonly entry: number };
}

/** The buffer that tells a thread its part. */
const sharingBuffer = "share";

/** Temporaries that one call uses, once. */
const scratchBuffers = (program: Program): ReadonlySet<string> => {
  const uses = new Map<string, number>();
  for (const { buffers } of callsOf(program)) for (const name of buffers) uses.set(name, (uses.get(name) ?? 0) + 1);
  const once = [...uses].flatMap(([name, count]) => (count === 1 ? [name] : []));
  return new Set(once.filter((name) => program.buffers.get(name)?.role === "temporary"));
};

/** For each kernel the parameters that are scratch wherever it is called. */
const scratchParameters = (program: Program): ReadonlyMap<string, ReadonlySet<string>> => {
  const scratch = scratchBuffers(program);
  const found = new Map(
    [...program.kernels].map(([name, { parameters }]) => [name, new Set(parameters.map((each) => each.name))]),
  );
  for (const { kernel, buffers } of callsOf(program))
    for (const [position, buffer] of buffers.entries())
      if (!scratch.has(buffer))
        found.get(kernel)?.delete(program.kernels.get(kernel)?.parameters[position]?.name ?? "");
  return found;
};

/** What a kernel becomes: itself or its pieces, one after the other. */
interface Sharing {
  readonly pieces: readonly (Piece & { readonly shared: SharedKernel | undefined })[];
  /** How long what is shared takes on one thread, in nanoseconds. */
  readonly time: number;
}

const timeOf = ({ body }: Kernel): number => stepsOf(body, boundsOfNames(body)) / stepsPerNanosecond;

/** Parameters that no two pieces have in common. */
const ofOnePiece = (pieces: readonly Piece[], scratch: ReadonlySet<string>): ReadonlySet<string> => {
  const names = pieces.flatMap(({ kernel }) => kernel.parameters.map(({ name }) => name));
  return new Set([...scratch].filter((name) => names.filter((each) => each === name).length === 1));
};

/** A kernel that is shared whole, or else in pieces. */
const shareOne = (
  kernel: Kernel,
  scratch: ReadonlySet<string>,
  threads: number,
  leastTime: number,
): Sharing | undefined => {
  const time = timeOf(kernel);
  if (time < leastTime || kernel.parameters.length >= mostParameters) return undefined;
  const whole = shareKernel(kernel, scratch, threads);
  if (whole !== undefined) {
    const positions = [...kernel.parameters.keys()];
    return { pieces: [{ kernel, positions, shared: whole }], time };
  }
  const pieces = piecesOf(kernel);
  if (pieces === undefined) return undefined;
  const own = ofOnePiece(pieces, scratch);
  const shared = pieces.map((piece) => ({
    ...piece,
    shared: timeOf(piece.kernel) < leastTime ? undefined : shareKernel(piece.kernel, own, threads),
  }));
  const sharedTime = shared.reduce((sum, piece) => sum + (piece.shared === undefined ? 0 : timeOf(piece.kernel)), 0);
  const gain = time / (time - sharedTime + sharedTime / threads);
  return gain < leastGain ? undefined : { pieces: shared, time: sharedTime };
};

/** The calls that a call becomes. */
const callsFor = ({ pieces }: Sharing, { buffers, ...call }: Call): readonly Call[] =>
  pieces.map(({ kernel, positions, shared }) => ({
    ...call,
    kernel: kernel.name,
    buffers: [...positions.flatMap((at) => buffers[at] ?? []), ...(shared === undefined ? [] : [sharingBuffer])],
  }));

/** The buffers of a call that each thread needs its own of. */
const scratchOf = ({ pieces }: Sharing, { buffers }: Call): readonly string[] =>
  pieces.flatMap(({ positions, shared }) =>
    (shared?.scratch ?? []).flatMap((at) => buffers[positions[at] ?? -1] ?? []),
  );

const shareBuffer = (threads: number): Buffer => ({
  name: sharingBuffer,
  dtype: "i32",
  length: 2,
  role: "constant",
  data: Int32Array.of(0, 1),
  copies: threads,
});

const shareProgram = (
  program: Program,
  { threads, least = { kernel: leastKernel, entry: leastEntry } }: ShareOptions,
): Program => {
  const scratch = scratchParameters(program);
  const shared = new Map(
    [...program.kernels].flatMap(([name, kernel]): (readonly [string, Sharing])[] => {
      const found = shareOne(kernel, scratch.get(name) ?? new Set(), threads, least.kernel);
      return found === undefined ? [] : [[name, found]];
    }),
  );
  if (shared.size === 0) return program;
  const rewrite = (calls: readonly Call[]): readonly Call[] =>
    calls.flatMap((call) => {
      const found = shared.get(call.kernel);
      return found === undefined ? [call] : callsFor(found, call);
    });
  const isWorthwhile = (calls: readonly Call[]): boolean => {
    const time = calls.reduce((sum, { kernel }) => sum + (shared.get(kernel)?.time ?? 0), 0);
    return time > 0 && time >= least.entry;
  };
  const kernels = [...program.kernels.values()].flatMap(
    (kernel) => shared.get(kernel.name)?.pieces.map((piece) => piece.shared?.kernel ?? piece.kernel) ?? [kernel],
  );
  const copied = new Set(
    callsOf(program).flatMap((call) => {
      const found = shared.get(call.kernel);
      return found === undefined ? [] : scratchOf(found, call);
    }),
  );
  const rewritten: Program = {
    ...program,
    entries: program.entries.map((entry) => ({ ...entry, calls: rewrite(entry.calls) })),
    prepare: rewrite(program.prepare),
  };
  // What no piece mentions needs no memory.
  const used = new Set(callsOf(rewritten).flatMap((call) => call.buffers));
  const buffers = [...program.buffers.values(), shareBuffer(threads)]
    .filter(({ name, role }) => role !== "temporary" || used.has(name))
    .map((buffer) => (copied.has(buffer.name) ? { ...buffer, copies: threads } : buffer));
  return {
    ...rewritten,
    buffers: new Map(buffers.map((buffer) => [buffer.name, buffer])),
    kernels: new Map(kernels.map((kernel) => [kernel.name, kernel])),
    sharing: {
      buffer: sharingBuffer,
      threads,
      worthwhile: [...program.entries.map(({ calls }) => calls), program.prepare].map(isWorthwhile),
    },
  };
};

/** Shares the work of a program between so many threads. */
export const shareWork = (options: ShareOptions): Pass<Program, Program> => ({
  name: "share-work",
  summary: "Cuts the loops of large kernels in parts, one for each thread.",
  run: (program) => shareProgram(program, options),
});
