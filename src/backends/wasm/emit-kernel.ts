// One kernel to one function. Its parameters are the byte offsets of its buffers in memory, its locals the variables of
// the kernel; layers of one shape call the same function with other offsets.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Kernel, KernelParameter } from "../../ir/loop/kernel.ts";
import { dtypes } from "../../ir/types/dtype.ts";
import type { BufferBase } from "./access.ts";
import { newAddressing } from "./addressing.ts";
import { cheapExtremes } from "./cheap-extremes.ts";
import type { Emitter } from "./emitter.ts";
import { emitExpression } from "./expressions.ts";
import { forwardValues } from "./forward-values.ts";
import type { WasmFunction } from "./instruction.ts";
import { factsOf } from "./kernel-facts.ts";
import { newLocals, valueTypeOf } from "./locals.ts";
import { removeUnread } from "./remove-unread.ts";
import { shareLocals } from "./share-locals.ts";
import { emitStatements } from "./statements.ts";
import { takeTurns } from "./take-turns.ts";
import { unrollVectors } from "./unroll-vectors.ts";
import { newVectorConstants } from "./vector-constants.ts";

const describeParameter = ({ name, dtype, length, access }: KernelParameter): string =>
  `${name}: ${access} ${dtype}[${length}]`;

/** The function of a kernel, under a name that the module has chosen. */
export const emitKernel = (written: Kernel, name: string): WasmFunction => {
  const kernel = unrollVectors(cheapExtremes(written));
  const facts = factsOf(kernel);
  const locals = newLocals(kernel.parameters.map((parameter) => parameter.name));
  const buffers = new Map(
    kernel.parameters.map(({ name: buffer, dtype }, local): [string, BufferBase] => [
      buffer,
      { name: buffer, local, bytes: dtypes[dtype].bytes },
    ]),
  );
  const elementTypes = new Map(kernel.parameters.map((parameter) => [parameter.name, parameter.dtype]));
  const variables = new Map(
    [...facts.variables].map(([variable, { type }]) => [variable, locals.declare(valueTypeOf[type], variable)]),
  );
  const constants = newVectorConstants(locals);

  const emitter: Emitter = {
    facts,
    locals,
    constants,
    addressing: newAddressing(buffers, facts, locals, (expr) => emitExpression(emitter, expr)),
    expression: (expr) => emitExpression(emitter, expr),
    dtypeOf: (buffer) => {
      const dtype = elementTypes.get(buffer);
      invariant(dtype !== undefined, `kernel ${kernel.name} accesses ${buffer}, which is none of its parameters`);
      return dtype;
    },
    localOf: (variable) => {
      const local = variables.get(variable);
      invariant(local !== undefined, `kernel ${kernel.name} uses ${variable} without defining it`);
      return local;
    },
  };
  const emitted = emitStatements(emitter, kernel.body);
  const tidied = takeTurns(forwardValues(removeUnread([...constants.prologue, ...emitted])), locals);

  return {
    name,
    comment: `${kernel.name}(${kernel.parameters.map(describeParameter).join(", ")})`,
    parameters: locals.parameters,
    ...shareLocals(locals.parameters, locals.locals, tidied),
  };
};
