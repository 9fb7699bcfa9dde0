// The meaning of the loop IR, made to run: slow, obvious, and checking every access. Every backend must give the bits
// that this gives. Statements become actions on a frame; a kernel is resolved once and then run as often as needed.
import { invariant } from "../diagnostics/invariant.ts";
import { type DataArray, dtypes } from "../types/dtype.ts";
import { declare, type Frame, placeOf, type Scope, scalarOf, slotOf, vectorOf } from "./evaluate.ts";
import { type Expr, isVector } from "./expr.ts";
import type { Kernel, PlannedProgram } from "./kernel.ts";
import type { Stmt } from "./stmt.ts";

type Action = (frame: Frame) => void;

/** Gives a variable its value; the value is resolved before the variable's name, which it cannot mention. */
const setVariable = (slotOfTarget: () => number, value: Expr, scope: Scope): Action => {
  if (isVector(value.type)) {
    const lanes = vectorOf(value, scope);
    const slot = slotOfTarget();
    return (frame) => {
      frame.vectors[slot] = lanes(frame);
    };
  }
  const scalar = scalarOf(value, scope);
  const slot = slotOfTarget();
  return (frame) => {
    frame.scalars[slot] = scalar(frame);
  };
};

const store = (buffer: string, index: Expr, value: Expr, scope: Scope): Action => {
  const { position, check } = placeOf(scope, buffer);
  const place = scalarOf(index, scope);
  const set = (frame: Frame, at: number, element: number): void => {
    const target = frame.buffers[position];
    // A typed array rounds or takes the low bits by itself.
    if (target !== undefined) target[at] = element;
  };
  if (isVector(value.type)) {
    const lanes = vectorOf(value, scope);
    return (frame) => {
      const at = place(frame);
      check(at, 4);
      for (const [lane, element] of lanes(frame).entries()) set(frame, at + lane, element);
    };
  }
  const scalar = scalarOf(value, scope);
  return (frame) => {
    const at = place(frame);
    check(at, 1);
    set(frame, at, scalar(frame));
  };
};

const blockOf = (stmts: readonly Stmt[], scope: Scope): Action => {
  const actions = stmts.map((stmt) => actionOf(stmt, scope));
  return (frame) => {
    for (const action of actions) action(frame);
  };
};

const actionOf = (stmt: Stmt, scope: Scope): Action => {
  switch (stmt.kind) {
    case "let":
      return setVariable(() => declare(scope, stmt.name), stmt.value, scope);
    case "assign":
      return setVariable(() => slotOf(scope, stmt.name), stmt.value, scope);
    case "store":
      return store(stmt.buffer, stmt.index, stmt.value, scope);
    case "for": {
      const from = scalarOf(stmt.from, scope);
      const to = scalarOf(stmt.to, scope);
      const { step } = stmt;
      const slot = declare(scope, stmt.index);
      const body = blockOf(stmt.body, scope);
      return (frame) => {
        const end = to(frame);
        for (let index = from(frame); index < end; index += step) {
          frame.scalars[slot] = index;
          body(frame);
        }
      };
    }
    case "if": {
      const condition = scalarOf(stmt.condition, scope);
      const then = blockOf(stmt.then, scope);
      const otherwise = blockOf(stmt.otherwise, scope);
      return (frame) => (condition(frame) === 0 ? otherwise(frame) : then(frame));
    }
  }
};

const resolved = new WeakMap<Kernel, Action>();

const actionOfKernel = (kernel: Kernel): Action => {
  const known = resolved.get(kernel);
  if (known !== undefined) return known;
  const action = blockOf(kernel.body, { kernel, slots: new Map() });
  resolved.set(kernel, action);
  return action;
};

/**
 * Runs a kernel over buffers given in the order of its parameters. Throws an `InvariantError` that names kernel, buffer
 * and index for an access out of bounds.
 */
export const interpretKernel = (kernel: Kernel, buffers: readonly DataArray[]): void => {
  const { name, parameters } = kernel;
  invariant(
    buffers.length === parameters.length,
    `kernel ${name} takes ${parameters.length} buffers, not ${buffers.length}`,
  );
  for (const [position, parameter] of parameters.entries()) {
    const length = buffers[position]?.length;
    const shape = `${parameter.length} elements`;
    invariant(length === parameter.length, `kernel ${name}: buffer ${parameter.name} has ${length}, not ${shape}`);
  }
  actionOfKernel(kernel)({ scalars: [], vectors: [], buffers });
};

/** Runs an entry point of a planned program over its memory, in which constants are already in place, from its preparation on. */
export const interpretEntry = (program: PlannedProgram, entryName: string, memory: ArrayBuffer): void => {
  const entry = program.entries.find(({ name }) => name === entryName);
  invariant(entry !== undefined, `program ${program.name} has no entry ${entryName}`);
  const viewOf = (name: string): DataArray => {
    const buffer = program.buffers.get(name);
    const offset = program.memory.offsets.get(name);
    invariant(buffer !== undefined && offset !== undefined, `program ${program.name}: buffer ${name} has no place`);
    return dtypes[buffer.dtype].view(memory, offset, buffer.length);
  };
  for (const call of [...program.prepare, ...entry.calls]) {
    const kernel = program.kernels.get(call.kernel);
    invariant(kernel !== undefined, `program ${program.name} has no kernel ${call.kernel}`);
    interpretKernel(kernel, call.buffers.map(viewOf));
  }
};
