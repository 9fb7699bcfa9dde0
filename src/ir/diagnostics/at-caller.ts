// Where the user wrote what is refused.
import { locate, WeftError } from "./diagnostic.ts";
import { captureLocation } from "./location.ts";

/** Describes; a refusal that has no place yet gets that of the caller of the public function. */
export const atCaller = <R>(describe: () => R): R => {
  try {
    return describe();
  } catch (error) {
    throw error instanceof WeftError ? locate(error, captureLocation()) : error;
  }
};
