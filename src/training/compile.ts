// `compile`: the one door from descriptions to things that run.
import type { AnyModel, InputSpecs, Model, Outputs } from "../model/model.ts";
import type { SpecTree } from "../model/parameter.ts";
import { type CompiledModel, compileModel, type ModelOptions } from "./compiled-model.ts";
import { compileTraining, type Trainer } from "./trainer.ts";
import type { AnyTraining, Training } from "./training.ts";

/** Compiles a model to a typed function, or a training to a trainer. */
export function compileSync<P extends SpecTree, I extends InputSpecs, O extends Outputs>(
  description: Model<P, I, O>,
  options?: ModelOptions,
): CompiledModel<P, I, O>;
export function compileSync<
  P extends SpecTree,
  I extends InputSpecs,
  O extends Outputs,
  L extends InputSpecs,
  M extends Outputs,
>(description: Training<P, I, O, L, M>, options?: ModelOptions): Trainer<P, I, O, L, M>;
export function compileSync(description: AnyModel | AnyTraining, options: ModelOptions = {}): unknown {
  return description.kind === "model" ? compileModel(description, options) : compileTraining(description, options);
}

/** `compileSync` as a promise: browsers refuse to compile large WebAssembly modules synchronously on the main thread. */
export function compile<P extends SpecTree, I extends InputSpecs, O extends Outputs>(
  description: Model<P, I, O>,
  options?: ModelOptions,
): Promise<CompiledModel<P, I, O>>;
export function compile<
  P extends SpecTree,
  I extends InputSpecs,
  O extends Outputs,
  L extends InputSpecs,
  M extends Outputs,
>(description: Training<P, I, O, L, M>, options?: ModelOptions): Promise<Trainer<P, I, O, L, M>>;
export async function compile(description: AnyModel | AnyTraining, options: ModelOptions = {}): Promise<unknown> {
  return description.kind === "model" ? compileModel(description, options) : compileTraining(description, options);
}
