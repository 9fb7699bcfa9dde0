// Loads the compiler with one mistake in it: `MUTANT=name node --import ./scripts/mutants/apply.ts ...`. Sources are changed while
// Node loads them, so no file ever is, and nothing is copied.
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { requested, withMistake } from "./mistake.ts";

const found = requested();
if (found !== undefined) {
  const target = pathToFileURL(found.path).href;
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      if (url !== target || loaded.source === undefined || loaded.source === null) return loaded;
      const { source } = loaded;
      const text = typeof source === "string" ? source : new TextDecoder().decode(source);
      return { ...loaded, source: withMistake(found.mutant, text) };
    },
  });
}
