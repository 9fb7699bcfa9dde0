// What checking costs, in a table: type instantiations, which are the same on every machine, and time and memory, which are not.
import { nothing, programs } from "./programs.ts";
import { type CompilerName, compilers, typeCheck } from "./type-check-program.ts";

/** Prints a row for each program and compiler, as Markdown. */
export const printFigures = (print: (line: string) => void): void => {
  print("| program | compiler | instantiations | check | memory |");
  print("|---|---|---|---|---|");
  for (const compiler of Object.keys(compilers) as CompilerName[]) {
    const base = typeCheck(nothing, compiler);
    const row = (name: string, { instantiations, seconds, mebibytes }: typeof base): void => {
      const beyond = (instantiations - base.instantiations).toLocaleString("en");
      print(
        `| ${name} | ${compiler} | ${beyond} | ${(seconds - base.seconds).toFixed(2)} s | ${(mebibytes - base.mebibytes).toFixed(0)} MiB |`,
      );
    };
    for (const { name, text } of programs) row(name, typeCheck(text, compiler));
  }
};
