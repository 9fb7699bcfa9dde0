// A reader of files that nothing breaks: whatever it is given, it reads or refuses, and leaves the objects of the language alone.
import fc from "fast-check";
import { WeftError } from "../../ir/diagnostics/diagnostic.ts";
import { pollution } from "./pollution.ts";

/** What a reader may do with an input that is not well formed. */
export interface RobustLoaderOptions {
  /** Whether an error is how the reader refuses; any `WeftError` unless said otherwise. */
  readonly refuses?: (error: unknown) => boolean;
}

const isWeftError = (error: unknown): boolean => error instanceof WeftError;

/**
 * The property that a reader, which may be asynchronous, gives something or refuses for every input: to be handed to
 * `fc.assert`. It fails where another error is thrown (a `TypeError`, a `RangeError` of a stack or an array), and where
 * a prototype has changed.
 *
 * @example
 * import fc from "fast-check";
 * await fc.assert(robustLoader(decodeSafetensors, fc.uint8Array()), { numRuns: 20 }); // undefined
 */
export const robustLoader = <T>(
  load: (input: T) => unknown,
  inputs: fc.Arbitrary<T>,
  { refuses = isWeftError }: RobustLoaderOptions = {},
): fc.IAsyncPropertyWithHooks<[T]> =>
  fc.asyncProperty(inputs, async (input) => {
    const polluted = pollution();
    try {
      await load(input);
    } catch (error) {
      if (!refuses(error))
        throw new Error(`the input was not refused but broke the reader: ${String(error)}`, { cause: error });
    }
    const changed = polluted();
    if (changed !== undefined) throw new Error(`the reader changes the objects of the language: ${changed}`);
  });
