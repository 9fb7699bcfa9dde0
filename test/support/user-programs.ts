// Programs of users that do one thing wrong each: test/errors/programs has a file for each family of codes, whose exports are
// named for the code that they bring about. They are JavaScript, so that nothing stops them before they run.
import { describedLater } from "./described.ts";

type Programs = Readonly<Record<string, () => unknown>>;

/** What a program is told, with its own line. */
export const programsOf = async (family: string): Promise<(code: string) => Promise<string>> => {
  const programs: Programs = await import(`../errors/programs/${family}.js`);
  return (code) =>
    describedLater(async () => {
      const program = programs[code];
      if (program === undefined) throw new Error(`no program for ${code}`);
      await program();
    });
};
