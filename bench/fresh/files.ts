// Files of floats, read in fresh processes.
import { readFileSync } from "node:fs";

/** The floats in a file. */
export const floatsIn = (file: string): Float32Array<ArrayBuffer> => {
  const bytes = new Uint8Array(readFileSync(file));
  return new Float32Array(bytes.buffer);
};
