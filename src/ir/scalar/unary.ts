// Every function of one number, by name. A new one is a name and a row in one file of unary/; nothing else lists them.
import type { UnaryFunction } from "./function.ts";
import { type ActivationFn, activation } from "./unary/activation.ts";
import { type ArithmeticFn, arithmetic } from "./unary/arithmetic.ts";
import { type TranscendentalFn, transcendental } from "./unary/transcendental.ts";

/** The name of a function of one number. */
export type UnaryFn = ArithmeticFn | TranscendentalFn | ActivationFn;

/** The functions of one number. */
export const unary: { readonly [F in UnaryFn]: UnaryFunction } = { ...arithmetic, ...transcendental, ...activation };
