// What can be found out about an op by using it: which operands a gradient reaches, and what a composite is made of.
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { decomposition } from "../../src/ir/graph/decomposition.ts";
import { functionOf } from "../../src/ir/graph/print-node.ts";
import { withTrace } from "../../src/ir/graph/trace.ts";
import { emitMany, traceOver } from "../../src/ir/graph/traced-tensor.ts";
import type { AnyOp, OpKind } from "../../src/ir/ops/index.ts";
import { isFloat } from "../../src/ir/types/dtype.ts";
import { toolsOf } from "../../src/passes/differentiate.ts";
import type { Subject, Use } from "../matrix/uses.ts";

/** For each operand whether the op's rule gives a gradient for it; undefined where the rule says nothing of the use. */
const flowsTo = (kind: OpKind, { vjp }: AnyOp, { operands, attrs }: Use): readonly boolean[] | undefined => {
  const trace = traceOver(graphBuilder());
  return withTrace(trace, () => {
    const tensors = operands.map((type, position) => trace.input(`operand${position}`, type));
    const results = emitMany(trace, kind, tensors, attrs);
    if (!results.some(({ dtype }) => isFloat(dtype))) return undefined;
    const cotangents = results.map(({ type }, position) => trace.input(`cotangent${position}`, type));
    const flows = results.map(() => true);
    return vjp({ ...toolsOf(trace), flows, attrs, operands: tensors, results, cotangents }).map(
      (gradient) => gradient !== null,
    );
  });
};

// The attributes of a sample are those of its op, which the text form can write.
const usesOf = ({ samples }: Subject): readonly Use[] => samples as readonly Use[];

/** The positions of operands that a gradient reaches in some use. */
export const differentiableOperands = (subject: Subject): ReadonlySet<number> => {
  const { kind, op } = subject;
  if (op.lower.by === "memory") return new Set();
  const found = usesOf(subject).flatMap((use) => [...(flowsTo(kind, op, use) ?? []).entries()]);
  return new Set(found.flatMap(([position, flows]) => (flows ? [position] : [])));
};

/** The ops that a composite is said in, functions by name; some uses need more of them than others. */
export const madeOf = (subject: Subject): readonly string[] => {
  const { kind, op } = subject;
  if (op.lower.by !== "ops") return [];
  const names = usesOf(subject).flatMap(({ operands, attrs }) =>
    [...decomposition(kind, operands, attrs).nodes.values()].flatMap((node) => {
      if (node.op === "input") return [];
      const fn = functionOf(node);
      return [fn === undefined ? node.op : `${node.op} ${fn}`];
    }),
  );
  return [...new Set(names)];
};
