// Groups that do the same to other buffers, such as those of equal layers, are lowered once. What lowering sees of a group is
// written down as a text, with numbers for values and buffers; where two texts are one, so are the kernels, and the calls
// of the one are those of the other with its own buffers.
import { definitionOf, typeOf } from "../../ir/graph/analysis.ts";
import type { ValueId } from "../../ir/graph/graph.ts";
import { printNode } from "../../ir/graph/print-node.ts";
import type { Call } from "../../ir/loop/kernel.ts";
import type { DType } from "../../ir/types/dtype.ts";
import { printType } from "../../ir/types/tensor-type.ts";
import type { Group } from "../fused-graph.ts";
import type { GroupSurroundings } from "./surroundings.ts";

/** What lowering sees of a group, and the buffers that it speaks of, in the order of their numbers. */
interface GroupText {
  readonly text: string;
  readonly buffers: readonly string[];
}

type Seen = Pick<GroupSurroundings, "graph" | "bufferOf" | "isUpdate">;

/** Names things by the order in which they appear. */
const numbering = <T>(): {
  readonly of: (thing: T) => number;
  readonly has: (thing: T) => boolean;
  readonly all: () => T[];
} => {
  const numbers = new Map<T, number>();
  const of = (thing: T): number => {
    const number = numbers.get(thing) ?? numbers.size;
    numbers.set(thing, number);
    return number;
  };
  return { of, has: (thing) => numbers.has(thing), all: () => [...numbers.keys()] };
};

const textOf = ({ graph, bufferOf, isUpdate }: Seen, { members, outputs }: Group): GroupText => {
  const [values, buffers] = [numbering<ValueId>(), numbering<string>()];
  const lines: string[] = [];
  const nameOf = (value: ValueId): string => `%${values.of(value)}`;
  const visit = (value: ValueId): void => {
    if (values.has(value)) return;
    const node = definitionOf(graph, value);
    const isMember = members.has(node.id);
    const buffer = isMember ? undefined : bufferOf(value);
    if (buffer !== undefined) {
      lines.push(`${nameOf(value)} = buffer ${buffers.of(buffer)} : ${printType(typeOf(graph, value))}`);
      return;
    }
    for (const operand of node.operands) visit(operand);
    lines.push(`${isMember ? "member " : ""}${printNode(node, nameOf)}`);
  };
  for (const output of outputs) visit(output);
  for (const output of outputs)
    lines.push(`${nameOf(output)} to ${buffers.of(bufferOf(output) ?? "")}${isUpdate(output) ? " update" : ""}`);
  for (const member of members) {
    const [result] = graph.nodes.get(member)?.results ?? [];
    if (result !== undefined) lines.push(`${nameOf(result.id)} of ${graph.nodes.get(member)?.op}`);
  }
  return { text: lines.join("\n"), buffers: buffers.all() };
};

/** The calls of a group, and what stood for its buffers and its scratch memory when it was lowered. */
interface Lowered {
  readonly calls: readonly Call[];
  readonly buffers: readonly string[];
  readonly scratch: readonly Scratch[];
}

interface Scratch {
  readonly dtype: DType;
  readonly length: number;
  readonly buffer: string;
}

/** Lowers groups within surroundings, which ask for scratch memory by `scratch`. */
export type LowerGroup = (group: Group, scratch: GroupSurroundings["scratch"]) => readonly Call[];

/** Lowers each group, or takes what became of an equal one; those with a step of their own are lowered each time. */
export const loweringOnce = (around: Seen & Pick<GroupSurroundings, "scratch">, lower: LowerGroup) => {
  const known = new Map<string, Lowered>();

  const lowerFirst = (group: Group, { text, buffers }: GroupText): readonly Call[] => {
    const scratch: Scratch[] = [];
    const calls = lower(group, (dtype, length, hint) => {
      const buffer = around.scratch(dtype, length, hint);
      scratch.push({ dtype, length, buffer });
      return buffer;
    });
    known.set(text, { calls, buffers, scratch });
    return calls;
  };

  /** Constants are named by neither, and stay. */
  const again = (first: Lowered, buffers: readonly string[]): readonly Call[] => {
    const names = new Map(first.buffers.map((name, at) => [name, buffers[at] ?? name]));
    for (const { dtype, length, buffer } of first.scratch) names.set(buffer, around.scratch(dtype, length, "again"));
    return first.calls.map((call) => ({ ...call, buffers: call.buffers.map((name) => names.get(name) ?? name) }));
  };

  return (group: Group): readonly Call[] => {
    if (group.step !== undefined) return lower(group, around.scratch);
    const described = textOf(around, group);
    const first = known.get(described.text);
    return first === undefined ? lowerFirst(group, described) : again(first, described.buffers);
  };
};
