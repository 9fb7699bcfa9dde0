// The package entry `weftgraph/codegen`: standalone modules.
export { type Emittable, type GeneratedFile, type GenerateOptions, generate } from "./generate.ts";
export type { ModuleFormat } from "./module-text.ts";
export { type EmitOptions, type EmittedFile, emit } from "./write-module.ts";
