// How much work a network is at the least.
import { countOf } from "../workloads/computation.ts";
import { extent } from "./builder.ts";
import type { Network, Node } from "./network.ts";

/** Multiplications and additions of products; whatever else is done is not counted. */
const operationsOfNode = (node: Node): number => {
  switch (node.op) {
    case "matmul":
    case "linear":
    case "tied":
      return 2 * countOf(node.result.shape) * extent(node.operands[0], -1);
    case "attention": {
      const positions = extent(node.result, 0) / node.batch;
      const seen = node.causal ? (positions + 1) / 2 : positions;
      return 4 * countOf(node.result.shape) * seen;
    }
    case "conv2d":
      return 2 * countOf(node.result.shape) * countOf(node.operands[1].shape.slice(1));
    case "recurrent": {
      const [x, ...weights] = node.operands;
      const products = weights.filter(({ shape }) => shape.length === 2).map(({ shape }) => countOf(shape));
      return 2 * extent(x, 0) * extent(x, 1) * products.reduce((a, b) => a + b, 0);
    }
    default:
      return 0;
  }
};

/** Of one call forwards. */
export const operationsOfNetwork = ({ nodes }: Network): number =>
  nodes.map(operationsOfNode).reduce((a, b) => a + b, 0);

/**
 * Of a step of training: each product has two more on the way back, one for either operand, but none for operands that are
 * inputs. The optimizer's are not counted.
 */
export const operationsOfTraining = ({ leaves, nodes }: Network): number => {
  const inputs = new Set(leaves.filter(({ role }) => role === "input").map(({ value: { name } }) => name));
  const times = ({ operands: [{ name }] }: Node): number => (inputs.has(name) ? 2 : 3);
  return nodes.reduce((sum, node) => sum + operationsOfNode(node) * times(node), 0);
};

/** What must be read and written at the least: everything given, and the results. */
export const bytesOfNetwork = ({ leaves, outputs }: Network): number =>
  4 * [...leaves.map(({ value }) => value), ...outputs].reduce((sum, { shape }) => sum + countOf(shape), 0);
