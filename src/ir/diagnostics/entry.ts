// The shape of a row of the catalogue of diagnostics.

/** A kind of finding: its wording, explanation and cure. `Details` are the values that the sentence needs. */
export interface CatalogueEntry<Details> {
  /** A few words, for lists. */
  readonly title: string;
  /** The sentence: `op: what differs: a vs b (full shapes)`. */
  readonly message: (details: Details) => string;
  /** The cure for this very case. */
  readonly help: (details: Details) => string;
  /** A paragraph for `weft explain`: the rule that was broken and why it exists. */
  readonly explanation: string;
  /** Code that goes wrong and code that is right. */
  readonly example: string;
}

/** A row of the catalogue; gives `Details` their name where the rows are collected. */
export const entry = <Details>(row: CatalogueEntry<Details>): CatalogueEntry<Details> => Object.freeze(row);
