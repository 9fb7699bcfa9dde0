// Every function of one number, by name. A new one is a name and a row in one file of unary/; nothing else lists them.
import type { UnaryFunction } from "./function.ts";
import { activation, type ActivationFn } from "./unary/activation.ts";
import { arithmetic, type ArithmeticFn } from "./unary/arithmetic.ts";
import { transcendental, type TranscendentalFn } from "./unary/transcendental.ts";

/** The name of a function of one number. */
export type UnaryFn = ArithmeticFn | TranscendentalFn | ActivationFn;

/** The functions of one number. */
export const unary: { readonly [F in UnaryFn]: UnaryFunction } = { ...arithmetic, ...transcendental, ...activation };
