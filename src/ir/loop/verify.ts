// The invariants of a program and of its memory plan, checked without any of the planner's code.
//
//   P1  Maps are keyed by the names of what they hold; a constant's data has its length.
//   P2  A call names a kernel and, for each of its parameters, a buffer of that dtype and length.
//   P3  A buffer that a call writes is passed to it once only, but for the kernel's in-place pairs.
//   P4  No call writes a constant; a parameter is written only by entries that list it among their updates. What is
//       prepared is written by the preparation alone, which reads no parameter that an entry updates.
//   P5  A port names a buffer of the dtype and size of its type.
//   M1  Every buffer has an offset, a multiple of 16, and lies inside the memory, which is whole pages of 64 KiB.
//   M2  Constants, parameters and what is prepared share memory with nothing.
//   M3  Buffers that are in use at the same time do not overlap: an input from the start of the run, an output until its
//       end, a temporary from its first call to its last. One exception: the pair of an in-place call, at one offset.
import { invariant } from "../diagnostics/invariant.ts";
import { dtypes } from "../types/dtype.ts";
import { sizeOf } from "../types/ndarray.ts";
import {
  type Buffer,
  type Call,
  copyBytes,
  type EntryPoint,
  type Kernel,
  type PlannedProgram,
  type Port,
  type Program,
  preparationOf,
} from "./kernel.ts";
import { printViolation, type Report, type Violation, verifyKernel } from "./verify-kernel.ts";

type Fail = (rule: string, where: string, what: string) => void;

/** The buffers that persist and that an entry may write: of the parameters it updates, or what is prepared. */
const updatedBy = (program: Program, entry: EntryPoint): ReadonlySet<string> => {
  const updates = new Set(entry.updates);
  const parameters = program.parameters.filter(({ name }) => updates.has(name)).map(({ buffer }) => buffer);
  const isPreparation = entry.calls === program.prepare;
  const prepared = isPreparation ? [...program.buffers.values()].filter(({ role }) => role === "prepared") : [];
  return new Set([...parameters, ...prepared.map(({ name }) => name)]);
};

const checkCall = (program: Program, entry: EntryPoint, updated: ReadonlySet<string>, call: Call, fail: Fail): void => {
  const where = `entry ${entry.name}, call of ${call.kernel}`;
  const kernel = program.kernels.get(call.kernel);
  if (kernel === undefined) return fail("P2", where, "no such kernel");
  if (call.buffers.length !== kernel.parameters.length)
    return fail("P2", where, `${call.buffers.length} buffers for ${kernel.parameters.length} parameters`);
  for (const [at, { name, dtype, length }] of kernel.parameters.entries()) {
    const buffer = program.buffers.get(call.buffers[at] ?? "");
    if (buffer === undefined) fail("P2", where, `no buffer ${call.buffers[at]} for ${name}`);
    else if (buffer.dtype !== dtype || buffer.length !== length)
      fail("P2", where, `${buffer.name} is ${buffer.dtype}[${buffer.length}], ${name} is ${dtype}[${length}]`);
  }
  checkSharing(kernel, call, where, fail);
  checkWrites(program, updated, kernel, call, where, fail);
};

const mayShare = ({ inPlace }: Kernel, a: number, b: number): boolean =>
  inPlace.some(([written, read]) => (written === a && read === b) || (written === b && read === a));

const checkSharing = (kernel: Kernel, { buffers }: Call, where: string, fail: Fail): void => {
  for (const [a, name] of buffers.entries()) {
    for (let b = a + 1; b < buffers.length; b++) {
      const written = kernel.parameters[a]?.access !== "read" || kernel.parameters[b]?.access !== "read";
      if (buffers[b] === name && written && !mayShare(kernel, a, b)) fail("P3", where, `${name} is passed twice`);
    }
  }
};

const checkWrites = (
  program: Program,
  updated: ReadonlySet<string>,
  kernel: Kernel,
  call: Call,
  where: string,
  fail: Fail,
): void => {
  for (const [at, { access }] of kernel.parameters.entries()) {
    const buffer = program.buffers.get(call.buffers[at] ?? "");
    if (access === "read" || buffer === undefined) continue;
    if (buffer.role === "constant") fail("P4", where, `constant ${buffer.name} is written`);
    if (buffer.role === "parameter" && !updated.has(buffer.name))
      fail("P4", where, `parameter ${buffer.name} is written but is no update of the entry`);
    if (buffer.role === "prepared" && !updated.has(buffer.name))
      fail("P4", where, `${buffer.name} is written outside of the preparation`);
  }
};

/** All copies of a buffer; the last without what is left free behind it. */
const bytesOf = (buffer: Buffer): number =>
  buffer.length * dtypes[buffer.dtype].bytes + ((buffer.copies ?? 1) - 1) * copyBytes(buffer);

const isNumber = (extent: number | string): extent is number => typeof extent === "number";

const checkPort = (program: Program, where: string, { name, type, buffer: bufferName }: Port, fail: Fail): void => {
  const buffer = program.buffers.get(bufferName);
  if (buffer === undefined) return fail("P5", where, `port ${name}: no buffer ${bufferName}`);
  const size = type.shape.every(isNumber) ? sizeOf(type.shape.filter(isNumber)) : undefined;
  if (buffer.dtype !== type.dtype || buffer.length !== size)
    fail("P5", where, `port ${name} of ${type.dtype}[${type.shape.join(", ")}] in ${buffer.dtype}[${buffer.length}]`);
};

const checkTables = ({ buffers, kernels }: Program, fail: Fail): void => {
  for (const [key, { name, length, data }] of buffers) {
    if (key !== name) fail("P1", `buffer ${name}`, `is kept as ${key}`);
    if (data !== undefined && data.length !== length)
      fail("P1", `buffer ${name}`, `has ${data.length} data for ${length} elements`);
  }
  for (const [key, { name }] of kernels) if (key !== name) fail("P1", `kernel ${name}`, `is kept as ${key}`);
};

/** The preparation reads nothing that a run may change. */
const checkPreparation = (program: Program, fail: Fail): void => {
  const changed = new Set(program.entries.flatMap((entry) => [...updatedBy(program, entry)]));
  for (const { kernel, buffers } of program.prepare)
    for (const name of buffers)
      if (changed.has(name)) fail("P4", `preparation, call of ${kernel}`, `${name} is changed by an entry`);
};

/** Checks a program against P1 to P5 and its kernels against K1 to K9. */
export const verifyProgram = (program: Program): Report => {
  const reports = [...program.kernels.values()].map(verifyKernel);
  const violations: Violation[] = reports.flatMap((report) => report.violations);
  const fail: Fail = (rule, where, what) => violations.push({ rule, where, what });
  checkTables(program, fail);
  for (const port of program.parameters) checkPort(program, `program ${program.name}`, port, fail);
  checkPreparation(program, fail);
  for (const entry of [...program.entries, preparationOf(program)]) {
    for (const port of [...entry.inputs, ...entry.outputs]) checkPort(program, `entry ${entry.name}`, port, fail);
    const updated = updatedBy(program, entry);
    for (const call of entry.calls) checkCall(program, entry, updated, call, fail);
  }
  return { violations, unproven: reports.flatMap((report) => report.unproven) };
};

const persists = ({ role }: Buffer): boolean => role === "constant" || role === "parameter" || role === "prepared";

/** The bytes of a buffer. */
interface Stretch {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A buffer's bytes and the calls of one entry between which they are in use. */
interface Life extends Stretch {
  readonly first: number;
  readonly last: number;
}

const livesIn = (program: PlannedProgram, entry: EntryPoint): readonly Life[] => {
  const uses = new Map<string, { first: number; last: number }>();
  const use = (name: string, at: number): void => {
    const known = uses.get(name);
    uses.set(name, { first: Math.min(known?.first ?? at, at), last: Math.max(known?.last ?? at, at) });
  };
  for (const port of entry.inputs) use(port.buffer, -1);
  for (const [at, call] of entry.calls.entries()) for (const name of call.buffers) use(name, at);
  for (const port of entry.outputs) use(port.buffer, entry.calls.length);
  return [...uses].flatMap(([name, { first, last }]) => {
    const buffer = program.buffers.get(name);
    const start = program.memory.offsets.get(name);
    if (buffer === undefined || start === undefined || persists(buffer)) return [];
    return [{ buffer, start, end: start + bytesOf(buffer), first, last }];
  });
};

/** Whether `later` takes over the place of `earlier` in a call whose kernel allows that. */
const handsOver = (program: Program, entry: EntryPoint, earlier: Life, later: Life): boolean => {
  const call = entry.calls[later.first];
  const kernel = program.kernels.get(call?.kernel ?? "");
  if (call === undefined || kernel === undefined || earlier.last !== later.first || earlier.start !== later.start)
    return false;
  const written = call.buffers.indexOf(later.buffer.name);
  const read = call.buffers.indexOf(earlier.buffer.name);
  return kernel.inPlace.some((pair) => pair[0] === written && pair[1] === read);
};

/** Where in a list in the order of places those from `start` on begin. */
const firstFrom = (places: readonly Life[], start: number): number => {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle]?.start ?? start) < start) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * The buffers in use, in the order of their places, that overlap one which comes into use. In front of it these are the last
 * ones alone: what overlaps already was reported, or has one start.
 */
function* overlapping(inUse: readonly Life[], life: Life): Generator<Life> {
  const from = firstFrom(inUse, life.start);
  const before = inUse[from - 1]?.start;
  for (let at = from - 1, other = inUse[at]; other !== undefined && other.start === before; other = inUse[--at])
    if (other.end > life.start) yield other;
  for (let at = from, other = inUse[at]; other !== undefined && other.start < life.end; other = inUse[++at])
    yield other;
}

const remove = (inUse: Life[], life: Life): void => {
  let at = firstFrom(inUse, life.start);
  while (inUse[at] !== undefined && inUse[at] !== life) at++;
  inUse.splice(at, 1);
};

/** (M3): goes through the calls and keeps what is in use. */
const checkLives = (program: PlannedProgram, entry: EntryPoint, fail: Fail): void => {
  const lives = livesIn(program, entry).filter(({ start, end }) => end > start);
  const byEnd = [...lives].sort((a, b) => a.last - b.last);
  const inUse: Life[] = [];
  let ended = 0;
  for (const life of [...lives].sort((a, b) => a.first - b.first)) {
    for (let over = byEnd[ended]; over !== undefined && over.last < life.first; over = byEnd[++ended])
      remove(inUse, over);
    for (const other of overlapping(inUse, life))
      if (!handsOver(program, entry, other, life) && !handsOver(program, entry, life, other)) {
        const [a, b] = other.start <= life.start ? [other, life] : [life, other];
        fail("M3", `entry ${entry.name}`, `${a.buffer.name} and ${b.buffer.name} overlap while both are in use`);
      }
    inUse.splice(firstFrom(inUse, life.start), 0, life);
  }
};

/** (M2): whatever persists begins behind the ends of all before it, and whatever does not behind those of all that persist. */
const checkPersistent = (program: PlannedProgram, fail: Fail): void => {
  const stretches = [...program.buffers.values()].flatMap((buffer): readonly Stretch[] => {
    const start = program.memory.offsets.get(buffer.name);
    const end = (start ?? 0) + bytesOf(buffer);
    return start === undefined || buffer.length === 0 ? [] : [{ buffer, start, end }];
  });
  const farther = (a: Stretch | undefined, b: Stretch): Stretch => (a === undefined || b.end > a.end ? b : a);
  let farthest: Stretch | undefined;
  let farthestPersistent: Stretch | undefined;
  for (const stretch of stretches.sort((a, b) => a.start - b.start)) {
    const rival = persists(stretch.buffer) ? farthest : farthestPersistent;
    if (rival !== undefined && rival.end > stretch.start)
      fail("M2", `buffer ${rival.buffer.name}`, `overlaps ${stretch.buffer.name}`);
    farthest = farther(farthest, stretch);
    if (persists(stretch.buffer)) farthestPersistent = farther(farthestPersistent, stretch);
  }
};

/** Checks a planned program against M1 to M3, and all that `verifyProgram` checks. */
export const verifyPlanned = (program: PlannedProgram): Report => {
  const { violations, unproven } = verifyProgram(program);
  const found: Violation[] = [...violations];
  const fail: Fail = (rule, where, what) => found.push({ rule, where, what });
  const { bytes, offsets } = program.memory;
  if (bytes % 65536 !== 0) fail("M1", `program ${program.name}`, `memory of ${bytes} bytes is not whole pages`);
  for (const buffer of program.buffers.values()) {
    const { name } = buffer;
    const offset = offsets.get(name);
    const end = (offset ?? 0) + bytesOf(buffer);
    if (offset === undefined) fail("M1", `buffer ${name}`, "has no place");
    else if (offset % 16 !== 0 || offset < 0 || end > bytes)
      fail("M1", `buffer ${name}`, `at ${offset} to ${end} in ${bytes} bytes`);
  }
  checkPersistent(program, fail);
  for (const entry of [...program.entries, preparationOf(program)]) checkLives(program, entry, fail);
  return { violations: found, unproven };
};

/** Asserts that nothing was violated. */
export const assertSound = ({ violations }: Report): void => {
  invariant(violations.length === 0, violations.map(printViolation).join("\n"));
};
