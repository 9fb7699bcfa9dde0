// The words behind `npm run NAME --`, and what becomes of them: help, work, or a refusal. Words that make no sense end in one line and exit
// code 2 before anything has begun: a long run of something else than what was asked for is found out hours later.
import { stripVTControlCharacters } from "node:util";
import { type ArgDef, renderUsage } from "citty";
import type { Ui } from "../../src/cli/ui.ts";
import { type Command, type Option, type Options, UsageError, type Values, withHelp } from "./command.ts";
import { sortWords, valuesOf } from "./read-words.ts";

/** An option in citty's words. */
const argumentOf = (option: Option): ArgDef => {
  const names = "oneOf" in option && option.oneOf !== undefined ? ` One of ${option.oneOf.join(", ")}.` : "";
  const description = `${option.description}${names}`;
  if (option.type === "boolean") return { type: "boolean", description };
  if (option.type === "positional") return { type: "positional", required: false, description };
  const unsaid = "default" in option ? { default: String(option.default) } : {};
  return { type: "string", valueHint: option.valueHint, description, ...unsaid };
};

/** The help of a command. */
const usageOf = async ({ name, description, options, examples }: Command): Promise<string> => {
  const args = Object.entries(withHelp(options)).map(([key, option]) => [key, argumentOf(option)] as const);
  const usage = await renderUsage({
    meta: { name: `npm run ${name} --`, description },
    args: Object.fromEntries<ArgDef>(args),
  });
  const lines = examples.map((example) => `  npm run ${name} -- ${example}`);
  return `${stripVTControlCharacters(usage)}\nEXAMPLES\n\n${lines.join("\n")}\n`;
};

/**
 * Reads the words and does the work with them; gives the exit code, which is the work's, 0 for the help, and 2 where the words, or what
 * the work made of them, were a `UsageError`.
 */
export const perform = async <const O extends Options>(
  command: Command<O>,
  words: readonly string[],
  ui: Pick<Ui, "print" | "note">,
  work: (values: Values<O>) => number | Promise<number>,
): Promise<number> => {
  try {
    const said = sortWords(command, words);
    if (said.has("help")) {
      ui.print(await usageOf(command));
      return 0;
    }
    return await work(valuesOf(command.options, said));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    ui.note(error.message);
    return 2;
  }
};
