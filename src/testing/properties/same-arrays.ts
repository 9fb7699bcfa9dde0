// Equality of what two runs gave, to the bit, as the first violation: what every property about one meaning ends in.
import { differingElement } from "../../backends/runtime/differing-element.ts";
import { type KnownType, sizeOf } from "../../ir/types/ndarray.ts";
import { printType } from "../../ir/types/tensor-type.ts";
import type { Violation } from "../property.ts";

/** Elements of any kind; where the type is said, it is compared as well. */
export interface Elements extends Partial<KnownType> {
  readonly data: ArrayLike<number>;
}

/** Arrays by the names that a caller knows them by. */
export type ElementsByName = Readonly<Record<string, Elements>>;

const typeText = ({ dtype, shape }: Elements): string | undefined =>
  dtype === undefined || shape === undefined ? undefined : printType({ dtype, shape });

/**
 * The first way in which `got` is not `wanted`: names, types, then bits, NaN being one class.
 *
 * @param who says what gave `got`, for the sentence
 */
export const differenceIn = (who: string, wanted: ElementsByName, got: ElementsByName): Violation | undefined => {
  const [expected, found] = [Object.keys(wanted), Object.keys(got)];
  if (expected.join("\n") !== found.join("\n"))
    return { what: `${who} gives [${found.join(", ")}] instead of [${expected.join(", ")}]` };
  for (const [output, array] of Object.entries(wanted)) {
    const other = got[output] ?? { data: [] };
    const [type, otherType] = [typeText(array), typeText(other)];
    if (type !== otherType) return { what: `${who} gives a ${otherType} for ${output} instead of a ${type}`, output };
    if (other.shape !== undefined && other.data.length !== sizeOf(other.shape))
      return { what: `${who} gives ${other.data.length} elements for ${output}, a ${otherType}`, output };
    const element = differingElement(array.data, other.data);
    if (element === undefined) continue;
    const [value, otherValue] = [array.data[element] ?? Number.NaN, other.data[element] ?? Number.NaN];
    const what = `${who} gives ${bitsOf(otherValue)} for element ${element} of ${output} instead of ${bitsOf(value)}`;
    return { what, output, element, got: otherValue, wanted: value };
  }
  return undefined;
};

const bitsOf = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));
