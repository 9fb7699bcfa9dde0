// Kernel passes as passes over whole programs, so that the one pipeline holds them all and each can be stopped after.
import type { Program } from "../../ir/loop/kernel.ts";
import type { Pass, Pipeline } from "../pass.ts";
import { type KernelPass, mapKernels } from "./kernel-pass.ts";

/** A kernel pass as a pass over programs. */
export const onProgram = ({ name, summary, run }: KernelPass): Pass<Program, Program> => ({
  name,
  summary,
  run: (program) => mapKernels(program, run),
});

/** A pipeline followed by passes over the kernels of what it gives. */
export const onKernels = <From>(
  passes: readonly KernelPass[],
  before: Pipeline<From, Program>,
): Pipeline<From, Program> => passes.reduce((pipeline, pass) => pipeline.andThen(onProgram(pass)), before);
