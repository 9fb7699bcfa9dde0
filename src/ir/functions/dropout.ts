// Dropout with a mask that is a function of a key, so that it can be repeated. The layer of that name makes the keys.
import { applyBinary, emitOne, traceOf } from "../graph/traced-tensor.ts";
import { requireKey } from "../ops/random.ts";
import type { DType } from "../types/dtype.ts";
import type { Check } from "../types/static/check.ts";
import type { KeyShape } from "../types/static/indexing.ts";
import type { Dims, Tensor } from "../types/tensor.ts";
import { checkedRate, described, tensorOf } from "./argument.ts";

/** How many random numbers there are for each element. */
const chances = 2 ** 24;

/** The type of `dropout`. */
export interface DropoutFunction {
  <S extends Dims, D extends DType, K extends Dims, E extends DType>(
    x: Tensor<S, D>,
    rate: number,
    key: Check<NoInfer<KeyShape<K, E>>, Tensor<K, E>>,
  ): Tensor<S, D>;
}

/**
 * 0 with probability `rate`, and x / (1 - rate) otherwise, so that the expectation stays; the shape stays too. Which
 * are 0 is a pure function of the key, i32 [2], and the element's position, with probabilities in steps of 2^-24.
 *
 * @throws W140 a rate outside 0 to 1; W222 what is no key.
 * @see Srivastava et al. 2014, section 10, inverted; `torch.nn.functional.dropout`.
 * @example
 * const key = constant(Int32Array.of(1, 2), [2]);
 * dropout(constant(1, [4]), 0.5, key); // Tensor<[4], "f32">: [0, 0, 0, 2]
 */
export const dropout: DropoutFunction = (x, rate, key) =>
  described(() => {
    const [tensor, words] = [tensorOf("dropout", x), tensorOf("randomBits", key)];
    const kept = 1 - checkedRate(rate);
    requireKey(words.type);
    if (kept === 1) return tensor;
    const bits = emitOne(traceOf(words, "dropout"), "randomBits", [words], { shape: tensor.shape });
    const isKept = applyBinary("and", bits, chances - 1).less(Math.round(kept * chances));
    return isKept.select(tensor.mul(kept === 0 ? 0 : 1 / kept), 0);
  });
