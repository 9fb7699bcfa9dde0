// All families of cases. A case belongs to exactly one.

import { NotUnderstood } from "../config.ts";
import type { ModuleCase } from "../golden-case.ts";
import type { Family, Network } from "../network.ts";
import { activationCases } from "./activations.ts";
import { attentionCases } from "./attentions.ts";
import { imageCases } from "./images.ts";
import { languageModelCases } from "./language-models.ts";
import { lossCases } from "./losses.ts";
import { moduleCases } from "./modules.ts";
import { normalizationCases } from "./normalizations.ts";
import { operationCases } from "./operations.ts";
import { perceptronCases } from "./perceptrons.ts";
import { recurrentCases } from "./recurrents.ts";
import { transformerCases } from "./transformers.ts";

export { regimeOf } from "./optimizers.ts";

const families: readonly Family[] = [
  activationCases,
  ...attentionCases,
  ...imageCases,
  ...languageModelCases,
  lossCases,
  moduleCases,
  ...normalizationCases,
  ...operationCases,
  ...perceptronCases,
  ...recurrentCases,
  ...transformerCases,
];

/** The network that a case says. */
export const networkOf = (stored: ModuleCase): Network => {
  const [family, ...others] = families.filter(({ includes }) => includes(stored.config, stored));
  if (family === undefined) throw new NotUnderstood(`no family knows ${JSON.stringify(stored.config)}`);
  if (others.length > 0)
    throw new Error(`${[family, ...others].map(({ name }) => name).join(" and ")} both claim the case`);
  return family.build(stored);
};
