// The state of printing one kernel: lines so far, names given, what is known of whole numbers. Names are made here and
// from nothing but the letters of the loop program's hints, so no text of a user's can become code.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { Interval } from "../../ir/loop/bounds.ts";
import type { Expr } from "../../ir/loop/expr.ts";
import type { Kernel, KernelParameter } from "../../ir/loop/kernel.ts";
import type { Helper } from "./helpers.ts";
import type { Text } from "./text.ts";

/** A parameter under its name in the text. */
export interface PrintedParameter extends KernelParameter {
  readonly text: string;
}

/** What printing the parts of a kernel needs and changes. */
export interface Printer {
  readonly kernel: Kernel;
  /** By position. */
  readonly parameters: readonly PrintedParameter[];
  /** Adds a line to the present block. */
  readonly line: (text: string) => void;
  /** Prints a block of lines one step further in. */
  readonly indented: (print: () => void) => void;
  /** Runs `print` for a scope of JavaScript: what is named within may be named so again behind it. */
  readonly scoped: (print: () => void) => void;
  /** A new name. */
  readonly fresh: (hint: string) => string;
  /** The name of a variable of the kernel; new for one that is not known yet. */
  readonly nameOf: (name: string) => string;
  readonly parameter: (name: string) => PrintedParameter;
  readonly uses: (helper: Helper) => void;
  /** The variables that do not change, and between which numbers those of whole numbers lie. */
  readonly bounds: Map<string, Interval>;
  /** Subexpressions of the present statement that have a name, because several of its lanes need them. */
  readonly named: Map<Expr, string>;
  /** Sums of whole numbers that have a name in the present scope, by key. */
  readonly sums: Map<string, string>;
  /** Immutable vectors whose lanes are all the same: what each of them is. */
  readonly uniform: Map<string, Text>;
}

const parameterHints = { read: "in", write: "out", update: "inout" } as const;

/** Remembers what a map holds; the result puts that back. */
const keep = <V>(map: Map<string, V>): (() => void) => {
  const entries = [...map];
  return () => {
    map.clear();
    for (const [key, value] of entries) map.set(key, value);
  };
};

/** A printer that adds lines to `lines` and the helpers it meets to `used`. */
export const newPrinter = (kernel: Kernel, lines: string[], used: Set<Helper>): Printer => {
  const counts = new Map<string, number>();
  const names = new Map<string, string>();
  const sums = new Map<string, string>();
  let indent = "  ";
  const fresh = (hint: string): string => {
    // A name ends in a digit, so it is never a word of the language or a name of the module.
    const stem = hint.replace(/[^A-Za-z]/g, "") || "v";
    const count = counts.get(stem) ?? 0;
    counts.set(stem, count + 1);
    return `${stem}${count}`;
  };
  const parameters = kernel.parameters.map((parameter) => ({
    ...parameter,
    text: fresh(parameterHints[parameter.access]),
  }));
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  return {
    kernel,
    parameters,
    line: (text) => lines.push(`${indent}${text}`),
    indented: (print) => {
      const outer = indent;
      indent += "  ";
      print();
      indent = outer;
    },
    scoped: (print) => {
      const restore = [keep(counts), keep(sums)];
      print();
      for (const back of restore) back();
    },
    fresh,
    nameOf: (name) => {
      const known = names.get(name) ?? fresh(name);
      names.set(name, known);
      return known;
    },
    parameter: (name) => {
      const found = byName.get(name);
      invariant(found !== undefined, `kernel ${kernel.name}: no buffer ${name}`);
      return found;
    },
    uses: (helper) => used.add(helper),
    bounds: new Map(),
    named: new Map(),
    sums,
    uniform: new Map(),
  };
};
