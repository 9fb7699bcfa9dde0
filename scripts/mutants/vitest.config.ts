// The tests, run over the compiler with one mistake in it: `MUTANT=name npx vitest run --config scripts/mutants/vitest.config.ts
// test/passes`. For mistakes that no graph shows, and to see that the suite as a whole finds what a property does.
import { join } from "node:path";
import { mergeConfig, type Plugin, type ViteUserConfig } from "vitest/config";
import plain from "../../vitest.config.ts";
import { requested, withMistake } from "./mistake.ts";

const found = requested();

const isWrong = (id: string): boolean => id.split("?")[0] === found?.path;

const mistake: Plugin = {
  name: "mistake",
  enforce: "pre",
  // Vitest keeps what it has transformed on disk by the text of the file, which a mistake does not change.
  configureVitest: ({ defineCacheKeyGenerator }) => {
    defineCacheKeyGenerator(({ id }) => (isWrong(id) ? JSON.stringify(found?.mutant) : "without a mistake"));
  },
  transform: (code, id) => (found !== undefined && isWrong(id) ? withMistake(found.mutant, code) : undefined),
};

const config: ViteUserConfig = mergeConfig(plain, {
  root: join(import.meta.dirname, "..", ".."),
  plugins: [mistake],
});

export default config;
