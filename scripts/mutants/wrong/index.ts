// All mistakes, by what they are mistakes of.
import type { Mutant } from "../mutant.ts";
import { differentiationMutants } from "./differentiation.ts";
import { fusionMutants } from "./fusion.ts";
import { loopMutants } from "./loops.ts";
import { opMutants } from "./ops.ts";
import { planningMutants } from "./planning.ts";
import { rowMutants } from "./rows.ts";
import { ruleMutants } from "./rules.ts";
import { writingMutants } from "./writing.ts";

/** Mistakes of one part of the compiler. */
export interface MutantSet {
  readonly part: string;
  readonly mutants: readonly Mutant[];
}

export const mutantSets: readonly MutantSet[] = [
  { part: "Fusion and lowering", mutants: fusionMutants },
  { part: "Differentiation", mutants: differentiationMutants },
  { part: "Memory planning", mutants: planningMutants },
  { part: "Loops", mutants: loopMutants },
  { part: "Rows and threads", mutants: rowMutants },
  { part: "Rules, sharing, folding", mutants: ruleMutants },
  { part: "What is written", mutants: writingMutants },
  { part: "Ops and optimizers", mutants: opMutants },
];
