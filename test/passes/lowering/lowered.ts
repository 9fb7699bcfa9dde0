// Small graphs of core ops as programs, as lowering leaves them.
import { expect } from "vitest";
import type { Graph } from "../../../src/ir/graph/graph.ts";
import { printProgram } from "../../../src/ir/loop/print.ts";
import { verifyProgram } from "../../../src/ir/loop/verify.ts";
import type { CoreOp } from "../../../src/ir/ops/index.ts";
import { parseGraph } from "../../../src/ir/text/index.ts";
import { fuseElementwise } from "../../../src/passes/fuse-elementwise.ts";
import { lower } from "../../../src/passes/lower.ts";

/** The program as text, before any pass over loops. */
export const lowered = (lines: string): string => {
  // Only core ops stand in the texts of these tests.
  const program = lower.run(fuseElementwise.run(parseGraph(`graph @g${lines}`) as Graph<CoreOp>));
  expect(verifyProgram(program).violations).toEqual([]);
  return printProgram(program);
};
