// Kernels as they are printed in JavaScript: their lines, and whether these give the bits of the interpreter.
import { expect } from "vitest";
import { instantiateJavaScript } from "../../src/backends/javascript/instantiate-javascript.ts";
import { printJavaScript } from "../../src/backends/javascript/print-javascript.ts";
import type { Kernel } from "../../src/ir/loop/kernel.ts";
import { type Contents, contentsOf, expectedOf, programOf, resultsOf } from "./kernel-program.ts";

/** The lines between the braces of the kernel's function. */
export const printedLines = (kernel: Kernel): readonly string[] => {
  const lines = printJavaScript(programOf(kernel)).split("\n");
  return lines.slice(lines.findIndex((line) => line.startsWith("function")) + 1, lines.indexOf("}"));
};

/** Holds what the printed kernel leaves in its buffers against what the interpreter leaves there. */
export const expectSameBits = async (
  kernel: Kernel,
  contents: Contents = contentsOf(programOf(kernel), 1, "ordinary"),
): Promise<void> => {
  const program = programOf(kernel);
  const results = resultsOf(program, await instantiateJavaScript(program), contents);
  const text = printedLines(kernel).join("\n");
  expect({ text, results }).toEqual({ text, results: expectedOf(program, contents) });
};
