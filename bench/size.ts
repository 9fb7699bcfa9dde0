// Prints how large the code of emitted modules is, as a table in Markdown: `npm run size`. With `--out FOLDER` the modules
// are written too, to be read. What is promised of these numbers is tested in test/codegen/module-size.test.ts.
import type { Command } from "../scripts/words/command.ts";
import { perform } from "../scripts/words/perform.ts";
import { processUi } from "../src/cli/ui.ts";
import { emit } from "../src/codegen/index.ts";
import { codeOf, standardModules } from "./standard-modules.ts";

const command = {
  name: "size",
  description: "Prints how large the code of emitted modules is, as a table in Markdown.",
  options: { out: { type: "string", valueHint: "FOLDER", description: "Where the modules are written, to be read." } },
  examples: ["--out out/size"],
} as const satisfies Command;

const ui = processUi();

process.exitCode = await perform(command, process.argv.slice(2), ui, async ({ out }) => {
  ui.print("| module | format | file | bytes | gzip -9 |");
  ui.print("| --- | --- | --- | ---: | ---: |");
  for (const { name, compile } of standardModules) {
    const compiled = compile();
    for (const format of ["wasm", "js"] as const) {
      const files = codeOf(compiled, format);
      for (const { file, bytes, gzip } of files) ui.print(`| ${name} | ${format} | \`${file}\` | ${bytes} | ${gzip} |`);
      const total = files.reduce((sum, { gzip }) => sum + gzip, 0);
      if (files.length > 1) ui.print(`| ${name} | ${format} | together | | **${total}** |`);
      const folder = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
      if (out !== undefined) await emit(compiled, { directory: `${out}/${folder}-${format}`, format });
    }
  }
  return 0;
});
