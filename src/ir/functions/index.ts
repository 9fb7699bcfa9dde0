// All public functions of tensors.
export * from "./arithmetic.ts";
export * from "./comparison.ts";
export * from "./contraction.ts";
export * from "./conversion.ts";
export * from "./convolution.ts";
export * from "./creation.ts";
export * from "./dropout.ts";
export * from "./elementwise.ts";
export * from "./indexing.ts";
export * from "./loss.ts";
export * from "./movement.ts";
export * from "./normalization.ts";
export * from "./pooling.ts";
export * from "./recurrence.ts";
export * from "./reduction.ts";
export * from "./slicing.ts";
