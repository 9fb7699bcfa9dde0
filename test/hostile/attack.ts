// Hostile inputs for one reader: it may refuse each, with a `WeftError` that has a code and says what is wrong, and nothing else may
// happen. What is thrown besides, what takes too long and what changes the objects of the language is a failure.
import { isCode } from "../../src/ir/diagnostics/catalogue.ts";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import { pollution } from "../../src/testing/properties/pollution.ts";
import { belowFrom } from "./mutate.ts";
import type { Reader } from "./readers.ts";

/** An input that did harm. */
export interface Harm {
  /** `attack` with this seed and one input makes it again. */
  readonly seed: number;
  readonly what: string;
  /** The beginning of the input, as JSON. */
  readonly input: string;
}

/** What came of an attack. */
export interface Outcome {
  readonly inputs: number;
  readonly accepted: number;
  /** How many were refused with each code. */
  readonly refused: ReadonlyMap<string, number>;
  readonly harms: readonly Harm[];
  /** The longest that one input took, in milliseconds. */
  readonly longest: number;
}

/** A message is for people: longer than this it is a copy of the input. */
const longestMessage = 20_000;

/** Emitted modules have no classes of ours: their errors have the code alone. */
const codeOf = (error: Error): string | undefined =>
  error instanceof WeftError || (Object.getPrototypeOf(error) === Error.prototype && "code" in error)
    ? String(error.code)
    : undefined;

/** Why an error is not how an input is refused; undefined for one that is. */
const wrongRefusal = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return String(error);
  const code = codeOf(error);
  if (code === undefined || !isCode(code)) return error.stack ?? error.message;
  const [first] = error instanceof WeftError ? error.diagnostics : [];
  first?.location?.();
  const length = error.message.length + (first?.help.length ?? 0);
  return length > longestMessage ? `the message ${code} has ${length} characters` : undefined;
};

const shown = (input: string | Uint8Array): string =>
  JSON.stringify(typeof input === "string" ? input : Buffer.from(input).toString("latin1")).slice(0, 600);

/** What an attack may be told. */
export interface AttackOptions {
  readonly inputs: number;
  readonly seed: number;
  /** Is told of each input before it is read. */
  readonly before?: (at: number) => void;
}

/** Reads so many hostile inputs; input `at` follows from `seed + at` alone. */
export const attack = ({ draw, read }: Reader, { inputs, seed, before }: AttackOptions): Outcome => {
  const refused = new Map<string, number>();
  const harms: Harm[] = [];
  const polluted = pollution();
  let accepted = 0;
  let longest = 0;
  for (let at = 0; at < inputs; at++) {
    before?.(at);
    const input = draw(belowFrom(seed + at));
    const harm = (what: string): void => void harms.push({ seed: seed + at, what, input: shown(input) });
    const start = performance.now();
    try {
      read(input);
      accepted++;
    } catch (error) {
      const wrong = wrongRefusal(error);
      if (wrong !== undefined) harm(wrong);
      else {
        const code = codeOf(error as Error) ?? ""; // judged just now
        refused.set(code, (refused.get(code) ?? 0) + 1);
      }
    }
    longest = Math.max(longest, performance.now() - start);
    const changed = polluted();
    if (changed !== undefined) harm(changed);
  }
  return { inputs, accepted, refused, harms, longest };
};
