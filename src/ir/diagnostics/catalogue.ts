// Every code, from one table: the run time, the command line, the documentation and the tests read it here.
// W1xx graphs and their text, W2xx shapes and dtypes, W3xx running, W4xx files, W5xx training, W6xx the command line.
import { attention } from "./catalogue/attention.ts";
import { commandLine } from "./catalogue/command-line.ts";
import { customGradientRows } from "./catalogue/custom-gradients.ts";
import { decoding } from "./catalogue/decoding.ts";
import { descriptions } from "./catalogue/descriptions.ts";
import { files } from "./catalogue/files.ts";
import { functionArguments } from "./catalogue/function-arguments.ts";
import { functionByNameRows } from "./catalogue/functions-by-name.ts";
import { graphs } from "./catalogue/graphs.ts";
import { limitRows } from "./catalogue/limits.ts";
import { recurrenceRows } from "./catalogue/recurrence.ts";
import { running } from "./catalogue/running.ts";
import { shapes } from "./catalogue/shapes.ts";
import { training } from "./catalogue/training.ts";
import type { CatalogueEntry } from "./entry.ts";

type Catalogue = typeof graphs &
  typeof descriptions &
  typeof shapes &
  typeof attention &
  typeof functionArguments &
  typeof limitRows &
  typeof recurrenceRows &
  typeof customGradientRows &
  typeof functionByNameRows &
  typeof running &
  typeof files &
  typeof training &
  typeof decoding &
  typeof commandLine;

export const catalogue: Catalogue = {
  ...graphs,
  ...descriptions,
  ...shapes,
  ...attention,
  ...functionArguments,
  ...limitRows,
  ...recurrenceRows,
  ...customGradientRows,
  ...functionByNameRows,
  ...running,
  ...files,
  ...training,
  ...decoding,
  ...commandLine,
};

/** A code of the catalogue, such as "W203". */
export type Code = keyof Catalogue;

/** The values that a code's sentence needs. */
export type DetailsOf<C extends Code> = Catalogue[C] extends CatalogueEntry<infer Details> ? Details : never;

export const isCode = (text: string): text is Code => Object.hasOwn(catalogue, text);
