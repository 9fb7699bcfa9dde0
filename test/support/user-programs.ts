// Programs of users that do one thing wrong each: test/errors/programs has a file for each family of codes, whose exports are
// named for the code that they bring about. They are JavaScript, so that nothing stops them before they run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describedLater } from "./described.ts";

type Program = (folder: string) => unknown;

/** What a program is told, with its own line. */
export const programsOf = async (family: string): Promise<(code: string) => Promise<string>> => {
  // Every export of these files is a program.
  const programs = (await import(`../errors/programs/${family}.js`)) as Readonly<Record<string, Program>>;
  return async (code) => {
    const program = programs[code];
    if (program === undefined) throw new Error(`no program for ${code}`);
    const folder = mkdtempSync(join(tmpdir(), "weft-program-"));
    try {
      const text = await describedLater(async () => program(folder));
      return text.replaceAll(folder, "FOLDER").replaceAll(/[\da-f-]{36}\.tmp/g, "ID.tmp");
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
};
