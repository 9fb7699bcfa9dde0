// What the optimizers of trainings are given, the same for everyone.

export const learningRate = 1e-3;

/**
 * Adam's options. Its epsilon is far above the usual 1e-8: the first step divides each gradient by its own magnitude, so that
 * where a gradient is nothing but rounding the usual one would make a whole step of it, in another direction for everyone.
 */
export const adamOptions = { first: 0.9, second: 0.999, epsilon: 1e-4 } as const;
