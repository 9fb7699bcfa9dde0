// One kernel to one function, and one for each of its loops that are called. Its parameters are the byte offsets of its
// buffers in memory; layers of one shape call the same function with other offsets.
import type { Kernel, KernelParameter, Numerics } from "../../ir/loop/kernel.ts";
import { cheapExtremes } from "./cheap-extremes.ts";
import { emitFunction } from "./emit-function.ts";
import type { Emitter } from "./emitter.ts";
import { localGet, type WasmFunction } from "./instruction.ts";
import { factsOf } from "./kernel-facts.ts";
import { type OutlineLimits, outline, outlineLimits } from "./outline.ts";
import { transposeMoves } from "./transpose-moves.ts";
import { unrollVectors } from "./unroll-vectors.ts";

const describeParameter = ({ name, dtype, length, access }: KernelParameter): string =>
  `${name}: ${access} ${dtype}[${length}]`;

/** What may be chosen about a kernel's functions. */
export interface EmitOptions {
  readonly outlining?: OutlineLimits | undefined;
  readonly numerics?: Numerics | undefined;
}

/**
 * The function of a kernel, under a name that the module has chosen. Loops that become functions of their own are handed to
 * `addFunction`, which gives their index in the module.
 */
export const emitKernel = (
  written: Kernel,
  name: string,
  addFunction: (part: WasmFunction) => number,
  { outlining = outlineLimits, numerics = "exact" }: EmitOptions = {},
): WasmFunction => {
  const kernel = transposeMoves(unrollVectors(cheapExtremes(written)));
  const facts = factsOf(kernel);
  const outlined = outline(kernel, facts, outlining);
  const positionOf = (buffer: string): number => kernel.parameters.findIndex((parameter) => parameter.name === buffer);
  const callOf: Emitter["callOf"] = (loop, { localOf }) => {
    const part = outlined.get(loop);
    if (part === undefined) return undefined;
    const { variables, constants } = part;
    const buffers = kernel.parameters.filter((parameter) => part.buffers.includes(parameter.name));
    const emitted = emitFunction(kernel, facts, {
      body: [loop],
      buffers,
      variables,
      constants,
      callOf: () => undefined,
      numerics,
    });
    const index = addFunction({ name: `${name}_part`, comment: `part of ${kernel.name}`, ...emitted });
    const locals = [...buffers.map((buffer) => positionOf(buffer.name)), ...variables.map(localOf)];
    return { kind: "call", function: index, operands: locals.map(localGet) };
  };
  const whole = { body: kernel.body, buffers: kernel.parameters, variables: [], constants: [], callOf, numerics };
  return {
    name,
    comment: `${kernel.name}(${kernel.parameters.map(describeParameter).join(", ")})`,
    ...emitFunction(kernel, facts, whole),
  };
};
