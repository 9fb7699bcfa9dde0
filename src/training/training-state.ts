// The names under which a training keeps what its model has no place for. They are saved with the parameters, and left out
// where those are restored into the model alone.

/** The parameter that counts steps. */
export const stepParameter = "optimizer.step";

/** The parameter that random masks are made from: the seed that the training was compiled with. */
export const seedParameter = "random.seed";

/** The name of an optimizer's state of a parameter. */
export const stateParameter = (state: string, path: string): string => `optimizer.${state}.${path}`;

/** The name of a running average of a parameter. */
export const averageParameter = (path: string): string => `ema.${path}`;

/** Whether a name is one of these. */
export const isTrainingState = (name: string): boolean => /^(?:optimizer|random|ema)\./.test(name);
