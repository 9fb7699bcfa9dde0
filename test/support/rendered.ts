// What tests of errors share: the rendered text of what an action throws, with the one source file at hand.
import type { Code } from "../../src/ir/diagnostics/catalogue.ts";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import { renderError } from "../../src/ir/diagnostics/render.ts";
import { parseGraph } from "../../src/ir/text/parse.ts";

/** What the error of an action looks like, with `text` as the one source file. */
export const rendered = (action: () => unknown, text = ""): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof WeftError) return renderError(error, { source: () => text });
    throw error;
  }
  return "no error";
};

export const reading = (text: string): string => rendered(() => parseGraph(text, { file: "model.weft" }), text);

/** A graph text around one line, which is line 2. */
export const line = (node: string): string => `graph @g(%x: f32[B, 4], %y: f32[4, 3]) {\n${node}\n}`;

/** A code, what brings it about, and the whole text that is shown. */
export interface Case {
  readonly code: Code;
  readonly actual: () => string;
  readonly expected: string;
}
