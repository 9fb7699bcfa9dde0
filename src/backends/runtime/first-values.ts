// First values of parameters, made when something needs them: those of a large model take longer than compiling it, and who
// restores saved parameters never needs them.

/** The first values that are still to be made. */
export interface FirstValues {
  /** Says how a parameter begins. */
  readonly add: (parameter: string, make: () => unknown) => void;
  /** Forgets how a parameter begins, which has a value now. */
  readonly drop: (parameter: string) => void;
  /** Makes the first value of a parameter, if it is still to be made. */
  readonly need: (parameter: string) => void;
  /** Makes all that are still to be made. */
  readonly needAll: () => void;
}

/** No first values yet; `write` sets a parameter, and drops its first value when that has succeeded. */
export const firstValues = (write: (parameter: string, value: unknown) => void): FirstValues => {
  const waiting = new Map<string, () => unknown>();
  return {
    add: (parameter, make) => void waiting.set(parameter, make),
    drop: (parameter) => void waiting.delete(parameter),
    need: (parameter) => {
      const make = waiting.get(parameter);
      if (make !== undefined) write(parameter, make());
    },
    needAll: () => {
      // Asked at every run, which allocates nothing.
      if (waiting.size > 0) for (const [parameter, make] of waiting) write(parameter, make());
    },
  };
};
