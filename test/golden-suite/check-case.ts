// One case on one backend: built, run, and every result compared.
import type { BackendName } from "../../src/index.ts";
import { boundOf, type Finding, largestError, share } from "./bounds.ts";
import { NotUnderstood } from "./config.ts";
import { networkOf, regimeOf } from "./families/index.ts";
import type { Arrays, GoldenCase, ModuleCase } from "./golden-case.ts";
import type { Network } from "./network.ts";
import { type ModuleRun, runModule } from "./run-module.ts";
import { runOptimizer } from "./run-optimizer.ts";

/** How a case did on a backend. */
export interface Verdict {
  readonly case: string;
  readonly backend: BackendName;
  readonly passed: boolean;
  /** The largest error as a share of its bound; undefined where nothing could be compared. */
  readonly worst: number | undefined;
  /** What is wrong, or what came nearest to its bound. */
  readonly detail: string;
}

const compareAll = (
  kind: string,
  found: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: ArrayLike<number> }>>,
  wanted: Arrays,
  bound: number,
): readonly Finding[] =>
  Object.entries(wanted).map(([name, array]) => ({
    what: `${kind} ${name}`,
    error: largestError(found[name], array),
    bound,
  }));

/**
 * The loss of a case that has none of its own: cotangents times the outputs found, summed in double precision. It is a sum over
 * everything in the case and no part of the network, so how f32 would round it says nothing.
 */
const productLoss = ({ outputs }: ModuleRun, { cotangents }: ModuleCase): number =>
  Object.entries(cotangents).reduce(
    (total, [name, weights]) =>
      weights.data.reduce((sum, weight, at) => sum + weight * (outputs[name]?.data[at] ?? Number.NaN), total),
    0,
  );

/** Runs a network on a case, and compares all that the case expects. */
export const compareModule = (described: Network, stored: ModuleCase, backend: BackendName): readonly Finding[] => {
  const { expected } = stored;
  const run = runModule(described, stored, backend);
  const forward = boundOf(stored, backend, "forward");
  return [
    ...compareAll("output", run.outputs, expected.outputs, forward),
    {
      what: "loss",
      error: Math.abs((stored.ownLoss ? run.loss : productLoss(run, stored)) - expected.loss),
      bound: boundOf(stored, backend, "loss", expected.loss),
    },
    ...compareAll("gradient of", run.gradients, expected.gradients, boundOf(stored, backend, "grads")),
    ...compareAll("buffer", run.buffersAfter, expected.buffersAfter, forward),
  ];
};

const figures = ({ what, error, bound }: Finding): string =>
  `${what} is off by ${error.toExponential(1)} of ${bound.toExponential(1)}`;

/** The verdict over findings: all must be within their bounds. */
export const judge = (name: string, backend: BackendName, findings: readonly Finding[]): Verdict => {
  const [first, ...others] = findings.toSorted((a, b) => share(b) - share(a));
  if (first === undefined) return { case: name, backend, passed: false, worst: undefined, detail: "nothing compared" };
  const failed = findings.filter((finding) => !(share(finding) <= 1)).length;
  const more = failed > 1 ? `, and ${failed - 1} of ${others.length} others` : "";
  return { case: name, backend, passed: failed === 0, worst: share(first), detail: `${figures(first)}${more}` };
};

/** Builds what the case says, runs it on the backend, and compares. */
export const checkCase = (stored: GoldenCase, backend: BackendName): Verdict => {
  try {
    const findings =
      stored.kind === "optimizer"
        ? runOptimizer(regimeOf(stored), stored, backend)
        : compareModule(networkOf(stored), stored, backend);
    return judge(stored.name, backend, findings);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const detail = error instanceof NotUnderstood ? message : `failed: ${message}`;
    return { case: stored.name, backend, passed: false, worst: undefined, detail: detail.replaceAll("\n", "; ") };
  }
};
