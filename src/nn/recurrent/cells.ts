// One step of each recurrent network as layers use it: the functions of these steps, and how many gates their weights stack.

import { invariant } from "../../ir/diagnostics/invariant.ts";
import { type CellWeights, gruCell as gruStep, lstmCell as lstmStep, rnnCell } from "../../ir/functions/index.ts";
import type { Tensor } from "../../ir/types/tensor.ts";

export type { CellWeights } from "../../ir/functions/index.ts";

/** The state of a cell; the LSTM alone has a second part, its conveyor belt. */
export interface CellState {
  readonly hidden: Tensor;
  readonly cell?: Tensor;
}

/** A recurrent cell. */
export interface Cell {
  /** How many gates are stacked in the weights. */
  readonly gates: number;
  readonly hasCellState: boolean;
  readonly step: (x: Tensor, state: CellState, weights: CellWeights) => CellState;
}

/** The network of Elman. */
export const elmanCell = (nonlinearity: "tanh" | "relu"): Cell => ({
  gates: 1,
  hasCellState: false,
  step: (x, { hidden }, weights) => ({ hidden: rnnCell(x, hidden, weights, { nonlinearity }) }),
});

/** Long short-term memory. */
export const lstmCell: Cell = {
  gates: 4,
  hasCellState: true,
  step: (x, { hidden, cell }, weights) => {
    invariant(cell !== undefined, "an LSTM has a cell state");
    return lstmStep(x, { hidden, cell }, weights);
  },
};

/** The gated recurrent unit. */
export const gruCell: Cell = {
  gates: 3,
  hasCellState: false,
  step: (x, { hidden }, weights) => ({ hidden: gruStep(x, hidden, weights) }),
};
