// The attributes of matmul, apart from its definition so that the kernel builder can name them without importing the op.

/** Which operands hold their last two axes swapped. */
export interface MatmulAttrs {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}
