// Comparisons.
import { foldCompare } from "../loop/fold.ts";
export type CompareFn = "eq" | "ne" | "lt" | "le" | "gt" | "ge";
export interface CompareFunction { readonly summary: string; readonly evaluate: (x: number, y: number) => boolean }
const row = (fn: CompareFn): CompareFunction => ({ summary: fn, evaluate: (x, y) => foldCompare(fn, x, y) });
export const compares: { readonly [F in CompareFn]: CompareFunction } = { eq: row("eq"), ne: row("ne"), lt: row("lt"), le: row("le"), gt: row("gt"), ge: row("ge") };
