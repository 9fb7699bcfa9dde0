// Reducers.
import type { LaneReducer } from "../loop/expr.ts";
import type { DType } from "../types/dtype.ts";
export type ReduceFn = "sum" | "max" | "min" | "prod";
export interface Reducer { readonly summary: string; readonly identity: (dtype: DType) => number; readonly fn: LaneReducer; readonly evaluate: (x: number, y: number, dtype: DType) => number; readonly dtypes: readonly DType[] }
const dtypes: readonly DType[] = ["f32", "f64", "i32"];
export const reducers: { readonly [F in ReduceFn]: Reducer } = {
  sum: { summary: "", identity: () => 0, fn: "add", evaluate: (x, y) => x + y, dtypes },
  prod: { summary: "", identity: () => 1, fn: "mul", evaluate: (x, y) => x * y, dtypes },
  max: { summary: "", identity: (d) => (d === "i32" ? -2147483648 : -Infinity), fn: "max", evaluate: (x, y) => Math.max(x, y), dtypes },
  min: { summary: "", identity: (d) => (d === "i32" ? 2147483647 : Infinity), fn: "min", evaluate: (x, y) => Math.min(x, y), dtypes },
};
