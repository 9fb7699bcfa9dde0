// Puts a mistake into a source that is being loaded. Which one it is says MUTANT, and which file it is in the mutant.
import { join } from "node:path";
import type { Mutant } from "./mutant.ts";
import { mutantSets } from "./wrong/index.ts";

const root = join(import.meta.dirname, "..", "..");

/** Every mutant. */
export const mutants: readonly Mutant[] = mutantSets.flatMap((set) => set.mutants);

/** The text with the mistake; where the text to find is not there exactly once, the mutant is out of date. */
export const withMistake = ({ name, file, find, put }: Mutant, text: string): string => {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`mutant ${name}: its text stands ${parts.length - 1} times in ${file}`);
  return parts.join(put);
};

/** The mutant that is asked for, and where its file is. */
export const requested = (): { readonly mutant: Mutant; readonly path: string } | undefined => {
  const name = process.env["MUTANT"];
  const mutant = mutants.find((each) => each.name === name);
  if (name !== undefined && mutant === undefined) throw new Error(`there is no mutant ${name}`);
  return mutant && { mutant, path: join(root, mutant.file) };
};
