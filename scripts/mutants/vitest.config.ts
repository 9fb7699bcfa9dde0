// The tests, run over the compiler with one mistake in it: `MUTANT=name npx vitest run --config scripts/mutants/vitest.config.ts
// test/passes`. For mistakes that no graph shows, and to see that the suite as a whole finds what a property does.
import { join } from "node:path";
import { mergeConfig, type ViteUserConfig } from "vitest/config";
import plain from "../../vitest.config.ts";
import { requested, withMistake } from "./mistake.ts";

const found = requested();

const config: ViteUserConfig = mergeConfig(plain, {
  root: join(import.meta.dirname, "..", ".."),
  // Transformed modules are kept on disk under the names of the plugins, which says nothing of the mistake: the next mutant would
  // be tested as this one.
  test: { fsModuleCache: false },
  plugins: [
    {
      name: "mistake",
      enforce: "pre",
      transform: (code: string, id: string) =>
        found !== undefined && id.split("?")[0] === found.path ? withMistake(found.mutant, code) : undefined,
    },
  ],
});

export default config;
