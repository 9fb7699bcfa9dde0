import { match, P } from "ts-pattern";
import { expect, test } from "vitest";
import { definitionOf } from "../../../src/ir/graph/analysis.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import type { ValueId } from "../../../src/ir/graph/graph.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import { type View, view } from "../../../src/ir/graph/view.ts";

const example = () => {
  const trace = traceOver(graphBuilder());
  const x = trace.input("x", { dtype: "f32", shape: [2] });
  const y = x.exp().mul(x);
  const looked: ValueId[] = [];
  const graph = trace.builder.finish("example", []);
  const scope = {
    resolve: (value: ValueId) => value,
    definition: (value: ValueId) => {
      looked.push(value);
      return definitionOf(graph, value);
    },
  };
  return { looked, x: trace.value(x), seen: view(scope, trace.value(y)) };
};

test("a view nests the nodes that operands come from", () => {
  const { seen, x } = example();
  expect(seen.op).toBe("binary");
  expect(seen.args.map(({ op }) => op)).toEqual(["unary", "input"]);
  expect(seen.args[0]?.args[0]?.id).toBe(x);
  expect(seen.args[1]).toMatchObject({ id: x, type: { dtype: "f32", shape: [2] } });
});

test("operands are looked up when they are first looked at, and then kept", () => {
  const { seen, looked } = example();
  expect(looked).toHaveLength(1);
  expect(seen.args).toBe(seen.args);
  expect(looked).toHaveLength(3);
});

test("patterns read like the expression", () => {
  const { seen, x } = example();
  const found = match<View, View | undefined>(seen)
    .with({ op: "binary", args: [{ op: "unary", attrs: { fn: "exp" } }, P.select()] }, (right) => right)
    .otherwise(() => undefined);
  expect(found?.id).toBe(x);
});
