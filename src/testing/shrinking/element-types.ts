// One element type fewer: conversions between two of them become conversions into the same, which can then be bypassed.

import { order } from "../../ir/graph/analysis.ts";
import type { Node } from "../../ir/graph/graph.ts";
import type { Attributes } from "../../ir/ops/attributes.ts";
import { type DType, isDType } from "../../ir/types/dtype.ts";
import type { KnownType } from "../../ir/types/ndarray.ts";
import type { Rule } from "./rule.ts";

/** Element types and the plainer ones that may stand in their place. */
const plainer: readonly (readonly [from: DType, to: DType])[] = [
  ["f64", "f32"],
  ["u8", "i32"],
];

/** Puts one element type in the place of another, wherever it occurs. */
const plainerType: Rule = {
  name: "plainer element types",
  *changes({ graph }) {
    const found = new Set(order(graph).flatMap(({ results }) => results.map(({ type }) => type.dtype)));
    for (const [from, to] of plainer) {
      if (!found.has(from)) continue;
      const become = (dtype: DType): DType => (dtype === from ? to : dtype);
      yield {
        leafType: ({ dtype, shape }: KnownType) => ({ dtype: become(dtype), shape }),
        *attributes({ attrs }: Node): Generator<Attributes> {
          const named: Attributes = attrs;
          const dtype = named["dtype"];
          yield typeof dtype === "string" && isDType(dtype) ? { ...attrs, dtype: become(dtype) } : attrs;
        },
      };
    }
  },
};

/** The rules for element types. */
export const typeRules: readonly Rule[] = [plainerType];
