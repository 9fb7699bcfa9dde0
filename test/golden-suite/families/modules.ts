// Cases of one module: `module` begins with PyTorch's name for it, behind which there may be a remark.
import { NotUnderstood, rowOf, words } from "../config.ts";
import type { Family, ModuleTable } from "../network.ts";
import { convolutionModules } from "./convolutions.ts";
import { poolingModules } from "./poolings.ts";
import { recurrentModules } from "./recurrents.ts";
import { transformerModules } from "./transformers.ts";

const modules: ModuleTable = {
  ...convolutionModules,
  ...poolingModules,
  ...recurrentModules,
  ...transformerModules,
};

export const moduleCases: Family = {
  name: "modules",
  includes: ({ module }) => module !== undefined,
  build: (stored) => {
    const text = words(stored.config, "module");
    const [name] = /^\w+/.exec(text) ?? [];
    if (name === undefined) throw new NotUnderstood(`module ${JSON.stringify(text)}`);
    return rowOf(modules, name, "module")(stored);
  },
};
