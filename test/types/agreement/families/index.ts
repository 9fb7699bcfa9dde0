// All families of random calls, by name.
import type * as fc from "fast-check";
import { sometimesBlurred } from "../blurred.ts";
import type { Call } from "../calls.ts";
import { contraction } from "./contraction.ts";
import { elementwise } from "./elementwise.ts";
import { layers, scans } from "./layers.ts";
import { methodCalls } from "./methods.ts";
import { movement } from "./movement.ts";
import { parts } from "./parts.ts";
import { reductions } from "./reduction.ts";
import { windows } from "./windows.ts";

const blurredNowAndThen = { elementwise, contraction, movement, parts, reductions, windows, layers, methodCalls };

/** Families of calls, of which the type checker knows less now and then; a state of unknown shape has to be said by the user. */
export const families: Readonly<Record<string, fc.Arbitrary<Call>>> = Object.fromEntries([
  ...Object.entries(blurredNowAndThen).flatMap(([kind, table]) =>
    Object.entries(table).map(([name, family]) => [`${kind}.${name}`, sometimesBlurred(family)] as const),
  ),
  ...Object.entries(scans),
]);
