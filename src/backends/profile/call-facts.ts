// What is known of a call before it is timed: the work of its kernel, the layer, and the parameters behind its buffers.

import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Frame } from "../../ir/diagnostics/location.ts";
import type { Call, Program } from "../../ir/loop/kernel.ts";
import { type Work, workOf } from "../../ir/loop/work.ts";

/** One call of a kernel, as far as the program tells. */
export interface CallFacts {
  readonly kernel: string;
  readonly operations: readonly string[];
  readonly layer: string | undefined;
  readonly parameters: readonly string[];
  readonly location: Frame | undefined;
  readonly work: Work;
}

/** The names without those that are another one's with something before it: `optimizer.m.weight` beside `weight`. */
const withoutState = (names: readonly string[]): readonly string[] =>
  names.filter((name) => !names.some((other) => name.endsWith(`.${other}`)));

/** What the paths of some parameters begin with: `hidden` of `hidden.weight` and `hidden.bias`. */
const layerAround = (parameters: readonly string[]): string | undefined => {
  const [first, ...others] = withoutState(parameters).map((name) => name.split(".").slice(0, -1));
  const shared = first?.filter((_, at) =>
    others.every((other) => first.slice(0, at + 1).every((part, position) => part === other[position])),
  );
  return shared === undefined || shared.length === 0 ? undefined : shared.join(".");
};

/** The parameters behind each buffer: a parameter's own, and what a call makes of parameters alone, such as packed weights. */
const parametersOfBuffers = (program: Program, calls: readonly Call[]): ReadonlyMap<string, readonly string[]> => {
  const behind = new Map(program.parameters.map(({ name, buffer }) => [buffer, [name]]));
  for (const { kernel, buffers } of calls) {
    const accesses = program.kernels.get(kernel)?.parameters.map(({ access }) => access) ?? [];
    const read = buffers.filter((_, at) => accesses[at] === "read");
    const names = [...new Set(read.flatMap((buffer) => behind.get(buffer) ?? []))];
    if (read.length === 0 || !read.every((buffer) => behind.has(buffer))) continue;
    for (const [at, buffer] of buffers.entries())
      if (accesses[at] === "write" && !behind.has(buffer)) behind.set(buffer, names);
  }
  return behind;
};

/** What is known of calls that run one after the other, behind the preparation. */
export const factsOfCalls = (program: Program, calls: readonly Call[]): readonly CallFacts[] => {
  const behind = parametersOfBuffers(program, [...program.prepare, ...calls]);
  return calls.map(({ kernel: name, buffers, origin }) => {
    const kernel = program.kernels.get(name);
    invariant(kernel !== undefined, `program ${program.name} has kernel ${name}`);
    const parameters = [...new Set(buffers.flatMap((buffer) => behind.get(buffer) ?? []))];
    return {
      kernel: name,
      operations: origin?.operations ?? [name],
      layer: origin?.location?.layer ?? layerAround(parameters),
      parameters,
      location: origin?.location?.(),
      work: workOf(kernel),
    };
  });
};
