// Where operands come from, for a refusal to say so, and the methods of tensors as the public functions that they are.
import { noteOperand, publicMethod } from "../diagnostics/at-caller.ts";
import type { Note } from "../diagnostics/diagnostic.ts";
import { printType, type TensorType } from "../types/tensor-type.ts";
import type { GraphBuilder } from "./builder.ts";
import type { ValueId } from "./graph.ts";
import { requireArguments } from "./method-options.ts";

/** What is needed of a tensor here; the class itself is above. */
interface Traced {
  readonly type: TensorType;
  readonly id: ValueId;
  readonly trace: { readonly builder: GraphBuilder };
}

const isTraced = (value: unknown): value is Traced =>
  typeof value === "object" && value !== null && "trace" in value && "id" in value && "type" in value;

/** What a tensor is, and where it comes from. */
const originOf = ({ type, id, trace }: Traced): Pick<Note, "text" | "location"> => {
  const location = trace.builder.locationOf(id);
  return { text: printType(type), ...(location === undefined ? {} : { location }) };
};

/** Where tensors come from, as notes of an error about them. */
export const originsOfTensors = (tensors: readonly unknown[]): readonly Note[] =>
  tensors.filter(isTraced).map((tensor, at) => ({ label: `operand ${at + 1}`, ...originOf(tensor) }));

/** Lets a refusal say where the tensors among some arguments come from. */
export const noteTensors = (given: readonly unknown[]): void => {
  for (const each of given)
    if (Array.isArray(each)) noteTensors(each);
    else if (isTraced(each)) noteOperand(() => originOf(each));
};

/** Makes the members of a class of tensors refuse as public functions do: with the caller's place and their operands. */
export const publishMethods = (prototype: object): void => {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (name === "constructor") continue;
    // All other members of the class are methods.
    const method = Reflect.get(prototype, name) as Parameters<typeof publicMethod>[0];
    const look = (given: readonly unknown[]): void => {
      noteTensors(given);
      requireArguments(name, given.slice(1));
    };
    Object.defineProperty(prototype, name, { value: publicMethod(method, look) });
  }
};
