// Whether a network is being described for training or for inference. Layers that differ (dropout, batch normalization) ask
// `currentMode`; what they learn about the data they announce with `updateBuffer`. The mode is a scope, like the trace: it
// holds while one run of `forward` is traced, so two runs in two modes share every node that does not depend on it.
import { atCaller } from "../ir/diagnostics/at-caller.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { constant, randomBits } from "../ir/functions/creation.ts";
import { concat } from "../ir/functions/slicing.ts";
import { noteTensors } from "../ir/graph/origins.ts";
import { under } from "../ir/graph/trace.ts";
import { isTensor, traceOf } from "../ir/graph/traced-tensor.ts";
import type { Tensor } from "../ir/types/tensor.ts";
import { printType, sameType } from "../ir/types/tensor-type.ts";

/** What a network is described for. */
export type Mode = "inference" | "training";

/** From which random masks are made: i32 scalars of the graph, asked for only where there is a mask. */
export interface RandomSource {
  /** The seed of all masks. */
  readonly seed: () => Tensor;
  /** Changes with every step, so that each has masks of its own. */
  readonly step: () => Tensor;
}

/** What a description gave, and the new values of the buffers that it announced. */
export interface InMode<R> {
  /** What `describe` gave. */
  readonly result: R;
  /** The new value of each buffer that was announced. */
  readonly updates: ReadonlyMap<Tensor, Tensor>;
}

interface Scope {
  readonly mode: Mode;
  readonly random: RandomSource;
  readonly updates: Map<Tensor, Tensor>;
  /** How many random masks there have been. */
  sites: number;
}

const scopes: Scope[] = [];

const zero = (): Tensor => constant(0, [], "i32");

/**
 * Describes in a mode: within `describe`, `currentMode` is this one. Masks are those of seed 0 and step 0 unless said.
 *
 * @example
 * withMode("training", currentMode).result; // "training"
 */
export const withMode = <R>(
  mode: Mode,
  describe: () => R,
  random: RandomSource = { seed: zero, step: zero },
): InMode<R> => {
  const scope: Scope = { mode, random, updates: new Map(), sites: 0 };
  scopes.push(scope);
  try {
    return { result: under(mode === "inference" ? "" : mode, describe), updates: scope.updates };
  } finally {
    scopes.pop();
  }
};

/**
 * The mode of the description at hand, which layers that differ ask for: `inference`, unless it is one for training.
 *
 * @see `torch.nn.Module.training`.
 * @example
 * currentMode(); // "inference"
 */
export const currentMode = (): Mode => scopes.at(-1)?.mode ?? "inference";

/**
 * Announces the value that a buffer has after this training step. Does nothing at inference. Announced twice (a layer
 * used in two places), the last one counts: `latestOf` gives what it should start from.
 *
 * @throws W504 a value of another type; W507 one of a step of a recurrence, of which there are many.
 * @example
 * const count = traceOver(graphBuilder()).parameter("count", { dtype: "f32", shape: [] });
 * withMode("training", () => updateBuffer(count, count.add(1))).updates.size; // 1
 */
export const updateBuffer = (buffer: Tensor, value: Tensor): void => {
  const scope = scopes.at(-1);
  if (scope?.mode !== "training") return;
  atCaller(() => {
    noteTensors([buffer, value]);
    if (!isTensor(value) || !sameType(buffer.type, value.type)) {
      const given = isTensor(value) ? printType(value.type) : inWords(value);
      reject("W504", { buffer: printType(buffer.type), value: given });
    }
    if (traceOf(value).builder !== traceOf(buffer).builder) reject("W507", { buffer: printType(buffer.type) });
    scope.updates.set(buffer, value);
  });
};

/**
 * What a buffer holds by now: its own value, or the one that was last announced for it in this step.
 *
 * @example
 * const count = traceOver(graphBuilder()).parameter("count", { dtype: "f32", shape: [] });
 * const { result } = withMode("training", () => {
 *   updateBuffer(count, count.add(1));
 *   return latestOf(count) === count;
 * });
 * result; // false
 */
export const latestOf = (buffer: Tensor): Tensor => scopes.at(-1)?.updates.get(buffer) ?? buffer;

/**
 * The key of one more random mask, an i32 [2]: the first word mixes the seed with how many masks there were before in
 * this description, the second is the step. So no two masks of a training are the same, and all follow from its seed.
 *
 * @example
 * const key = nextRandomKey();
 * key.shape; // [2]
 */
export const nextRandomKey = (): Tensor => {
  const scope = scopes.at(-1);
  const { seed, step } = scope?.random ?? { seed: zero, step: zero };
  const site = scope === undefined ? 0 : scope.sites++;
  const word = (scalar: Tensor): Tensor => scalar.reshape([1]);
  const seeded: Tensor = concat([word(seed()), constant(site, [1], "i32")]);
  // The key has two words, which its static type does not say.
  const stream = randomBits(seeded as Tensor<[2], "i32">, [1]);
  return concat([stream, word(step())]);
};
