// Matrix products.
import type { MatmulOptions, Tensor } from "../types/tensor.ts";

/** [..., M, K] x [..., K, N] -> [..., M, N]; leading axes broadcast. */
export const matmul = (a: Tensor, b: Tensor, options?: MatmulOptions): Tensor => a.matmul(b, options);
