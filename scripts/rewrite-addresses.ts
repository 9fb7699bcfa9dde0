// What tsc leaves to do after it wrote modules and declarations: it rewrites `./file.ts` to `./file.js` in the imports of modules,
// but leaves declarations alone, and the addresses of workers.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const relativeTypeScriptImport = /((?:from|import)\s*\(?\s*"\.{1,2}\/[^"]+)\.ts"/g;

/** `new URL("./worker.ts", import.meta.url)`: what bundlers look for, too. */
const relativeTypeScriptAddress = /(new URL\("\.{1,2}\/[^"]+)\.ts"(?=, import\.meta\.url\))/g;

/** Makes every address in a folder of modules and declarations one of a module. */
export const rewriteAddresses = (folder: string): void => {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts") && !name.endsWith(".js")) continue;
    const pattern = name.endsWith(".d.ts") ? relativeTypeScriptImport : relativeTypeScriptAddress;
    const path = join(folder, name);
    const text = readFileSync(path, "utf8");
    const rewritten = text.replaceAll(pattern, '$1.js"');
    if (rewritten !== text) writeFileSync(path, rewritten);
  }
};
