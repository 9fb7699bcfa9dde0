// Prints how large the code of emitted modules is, as a table in Markdown: `npm run size`. With `--out FOLDER` the modules
// are written too, to be read. What is promised of these numbers is tested in test/codegen/module-size.test.ts.
import { parseArgs } from "node:util";
import { emit } from "../src/codegen/index.ts";
import { codeOf, standardModules } from "./standard-modules.ts";

const { values } = parseArgs({ options: { out: { type: "string" } } });

console.log("| module | format | file | bytes | gzip -9 |");
console.log("| --- | --- | --- | ---: | ---: |");
for (const { name, compile } of standardModules) {
  const compiled = compile();
  for (const format of ["wasm", "js"] as const) {
    const files = codeOf(compiled, format);
    for (const { file, bytes, gzip } of files)
      console.log(`| ${name} | ${format} | \`${file}\` | ${bytes} | ${gzip} |`);
    const total = files.reduce((sum, { gzip }) => sum + gzip, 0);
    if (files.length > 1) console.log(`| ${name} | ${format} | together | | **${total}** |`);
    const folder = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
    if (values.out !== undefined) await emit(compiled, { directory: `${values.out}/${folder}-${format}`, format });
  }
}
