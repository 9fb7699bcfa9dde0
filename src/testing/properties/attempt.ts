// A crash is a violation like any other: runners shrink and report what a check returns, not what it throws.
import type { Violation } from "../property.ts";

/** What the check gives, or that it ended in an error, whose message is kept. */
export const attempt = async (
  doing: string,
  check: () => Violation | undefined | Promise<Violation | undefined>,
): Promise<Violation | undefined> => {
  try {
    return await check();
  } catch (error) {
    return { what: `${doing} ends in ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}` };
  }
};
