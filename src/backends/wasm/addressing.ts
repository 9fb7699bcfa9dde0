// Byte addresses of loads and stores. Index arithmetic is taken apart into constant, loop variable and the rest, so that
//   - constants go into the offset that a load or store carries for free, where the rest is provably not negative;
//   - in an innermost loop each distinct rest becomes a pointer, computed before the loop and advanced once an iteration;
//   - elsewhere an address is computed once per block and kept in a local.
// A micro-kernel's loop then holds loads, arithmetic and one addition per pointer.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import type { Definitions } from "../../ir/loop/linear.ts";
import {
  type Access,
  type AddressTerm,
  accessOf,
  type BufferBase,
  isPure,
  newDefinitions,
  visitAccesses,
} from "./access.ts";
import { type Instruction, i32Const, localGet, localSet, plain } from "./instruction.ts";
import { type KeptValues, newKeptValues } from "./kept-values.ts";
import type { KernelFacts, Loop } from "./kernel-facts.ts";
import type { Locals } from "./locals.ts";

/** Pointers beyond this many would be spilled from x64's registers. */
const pointerLimit = 10;

/** An address: what a load or store takes as operand and as immediate. */
export interface Address {
  readonly base: Instruction;
  readonly offset: number;
}

/** What an innermost loop does for its pointers: before the first iteration, and at the end of each. */
export interface LoopPointers {
  readonly setup: readonly Instruction[];
  readonly advance: readonly Instruction[];
}

/** Turns indices into addresses, and keeps track of where in the kernel they are needed. */
export interface Addressing {
  readonly address: (buffer: string, index: Expr) => Address;
  readonly scope: KeptValues["scope"];
  /** Runs `emit` for the body of an innermost loop with pointers for its accesses. */
  readonly withPointers: <T>(loop: Loop, emit: () => T) => LoopPointers & { readonly result: T };
}

/** The innermost loop being emitted: its pointers by key, and what its variables stand for. */
interface CurrentLoop {
  readonly loop: Loop | undefined;
  readonly definitions: Definitions;
  readonly pointers: ReadonlyMap<string, number>;
}

/** local + terms + elements, in bytes of the buffer. */
type Sum = (local: number, terms: readonly AddressTerm[], buffer: BufferBase, elements: number) => Instruction;

const outside: CurrentLoop = { loop: undefined, definitions: () => undefined, pointers: new Map() };

const keyOfTerms = (terms: readonly AddressTerm[]): string =>
  terms.map(({ key, coefficient }) => `${coefficient}*${key}`).join("+");

const pointerKey = ({ buffer, pointed, anchor }: Access): string => `${buffer.name}|${keyOfTerms(pointed)}|${anchor}`;

/** `value * factor`; factors wrap as addresses do. */
const scale = (value: Instruction, factor: number): Instruction => {
  if (factor === 1) return value;
  const power = Math.log2(factor);
  return Number.isInteger(power) ? plain("i32.shl", value, i32Const(power)) : plain("i32.mul", value, i32Const(factor));
};

/** Gives each distinct address of the current loop a pointer, as long as registers last. */
const planPointers = (
  loop: Loop,
  pointers: Map<string, number>,
  locals: Locals,
  resolve: (buffer: string, index: Expr) => Access,
  sum: Sum,
  define: (name: string, value: Expr) => void,
): LoopPointers => {
  const setup: Instruction[] = [];
  const advance: Instruction[] = [];
  const plan = (name: string, index: Expr): void => {
    const access = resolve(name, index);
    const { buffer, pointed, anchor } = access;
    const key = pointerKey(access);
    if (pointers.has(key) || pointers.size >= pointerLimit || (pointed.length === 0 && anchor === 0)) return;
    const pointer = locals.declare("i32", `${buffer.name}_pointer`);
    pointers.set(key, pointer);
    const stride = pointed.find((term) => term.key === loop.index)?.coefficient ?? 0;
    if (stride !== 0 && loop.from.kind === "const") {
      const fixed = pointed.filter((term) => term.key !== loop.index);
      const first = anchor + Math.imul(stride, loop.from.value);
      setup.push(localSet(pointer, sum(buffer.local, fixed, buffer, first)));
    } else setup.push(localSet(pointer, sum(buffer.local, pointed, buffer, anchor)));
    if (stride === 0) return;
    const bytes = Math.imul(stride, loop.step * buffer.bytes);
    advance.push(localSet(pointer, plain("i32.add", localGet(pointer), i32Const(bytes))));
  };
  visitAccesses(loop.body, plan, define);
  return { setup, advance };
};

export const newAddressing = (
  buffers: ReadonlyMap<string, BufferBase>,
  facts: KernelFacts,
  locals: Locals,
  expression: (expr: Expr) => Instruction,
): Addressing => {
  const { keep, scope } = newKeptValues(locals);
  let current = outside;

  const resolve = (name: string, index: Expr): Access => {
    const buffer = buffers.get(name);
    invariant(buffer !== undefined, () => `kernel accesses buffer ${name}, which is none of its parameters`);
    return accessOf(buffer, index, facts, current.loop, current.definitions);
  };
  const sum: Sum = (start, terms, { bytes }, elements) => {
    let total = localGet(start);
    for (const { atom, coefficient } of terms) {
      total = plain("i32.add", total, scale(expression(atom), Math.imul(coefficient, bytes)));
    }
    return elements === 0 ? total : plain("i32.add", total, i32Const(Math.imul(elements, bytes)));
  };
  const baseOf = (access: Access): Instruction => {
    const { buffer, pointed, roaming, anchor } = access;
    const key = pointerKey(access);
    const pointer = current.pointers.get(key);
    if (pointer !== undefined && roaming.length === 0) return localGet(pointer);
    if (pointed.length + roaming.length === 0 && anchor === 0) return localGet(buffer.local);
    const compute = (): Instruction =>
      pointer === undefined
        ? sum(buffer.local, [...pointed, ...roaming], buffer, anchor)
        : sum(pointer, roaming, buffer, 0);
    const isFixed = [...pointed, ...roaming].every(({ atom }) => isPure(facts, atom));
    return isFixed ? keep(`${key}|${keyOfTerms(roaming)}`, `${buffer.name}_at`, compute) : compute();
  };

  return {
    scope,
    address: (buffer, index) => {
      const access = resolve(buffer, index);
      return { base: baseOf(access), offset: access.offset };
    },
    withPointers: (loop, emit) => {
      const { define, of } = newDefinitions(loop, facts);
      const pointers = new Map<string, number>();
      current = { loop, definitions: of, pointers };
      const plan = planPointers(loop, pointers, locals, resolve, sum, define);
      const result = scope(emit);
      current = outside;
      return { ...plan, result };
    },
  };
};
