// When each buffer of an entry point is in use, and which call may write over what it reads for the last time. Both the plan
// and the bound that it is held against are made of these.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import { type Buffer, type Call, copyBytes, type EntryPoint, type Program } from "../../ir/loop/kernel.ts";

/** The bytes a buffer takes, all copies of it, up to where the next may start. */
export const bytesOf = (buffer: Buffer): number => copyBytes(buffer) * (buffer.copies ?? 1);

/** Whether a buffer keeps its contents from run to run, so that its place is its own. */
const persists = ({ role }: Buffer): boolean => role === "constant" || role === "parameter" || role === "prepared";

/** From the first call that touches a buffer to the last; inputs are in use from before the first call, outputs until after the last. */
export interface Life {
  readonly buffer: Buffer;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** The lives of what an entry point has in the arena: all that does not persist, in order of first use. */
export const livesOf = ({ buffers }: Program, entry: EntryPoint): ReadonlyMap<string, Life> => {
  const lives = new Map<string, { buffer: Buffer; bytes: number; first: number; last: number }>();
  const touch = (name: string, at: number): void => {
    const life = lives.get(name);
    if (life !== undefined) {
      life.last = at;
      return;
    }
    const buffer = buffers.get(name);
    invariant(buffer !== undefined, `buffer ${name} is declared`);
    if (!persists(buffer)) lives.set(name, { buffer, bytes: bytesOf(buffer), first: at, last: at });
  };
  for (const { buffer } of entry.inputs) touch(buffer, -1);
  for (const [at, { buffers }] of entry.calls.entries()) for (const buffer of buffers) touch(buffer, at);
  for (const { buffer } of entry.outputs) touch(buffer, entry.calls.length);
  return lives;
};

/** What a call could write over: for each buffer that begins in it, those that end in it and that its kernel lets it share. */
const candidates = (
  { kernels }: Program,
  { kernel, buffers }: Call,
  at: number,
  lives: ReadonlyMap<string, Life>,
): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const [to, from] of kernels.get(kernel)?.inPlace ?? []) {
    const [target, source] = [buffers[to] ?? "", buffers[from] ?? ""];
    const [begins, ends] = [lives.get(target), lives.get(source)];
    if (begins?.first !== at || ends?.last !== at || ends.first === at || begins.bytes !== ends.bytes) continue;
    found.set(target, [...(found.get(target) ?? []), source]);
  }
  return found;
};

/** As many pairs as there can be: each target takes a free source, or one whose taker can do with another. */
const matched = (wanted: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, string> => {
  const takerOf = new Map<string, string>();
  const take = (target: string, tried: Set<string>): boolean =>
    (wanted.get(target) ?? []).some((source) => {
      if (tried.has(source)) return false;
      tried.add(source);
      const taker = takerOf.get(source);
      if (taker !== undefined && !take(taker, tried)) return false;
      takerOf.set(source, target);
      return true;
    });
  for (const target of wanted.keys()) take(target, new Set());
  return takerOf;
};

/**
 * Which buffer is written over which, by the name of the one that ends: an operand that is read for the last time, where the
 * kernel reads no element of it after writing that element. Inputs are copied in for every run, so they are written over, too.
 */
export const handoversOf = (
  program: Program,
  entry: EntryPoint,
  lives: ReadonlyMap<string, Life>,
): ReadonlyMap<string, string> => {
  const handovers = new Map<string, string>();
  for (const [at, call] of entry.calls.entries())
    for (const [source, target] of matched(candidates(program, call, at, lives))) handovers.set(source, target);
  return handovers;
};
