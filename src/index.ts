// The package entry `weftgraph`: describe a network, compile it, run it, train it.
export type {
  CallProfile,
  Cost,
  KernelProfile,
  LayerProfile,
  Profile,
  ProfileOptions,
  TableOptions,
  TraceEvent,
  TraceFile,
} from "./backends/profile/profile.ts";
export type { Executable } from "./backends/runtime/executable.ts";
export type { NDArray } from "./backends/runtime/host-array.ts";
export type { RunOptions } from "./backends/runtime/results.ts";
export { type BackendName, type CompiledGraph, type CompileOptions, compileGraph } from "./compile/compile-graph.ts";
export { type MemoryNeeds, type PlannedGraph, type PlanOptions, plannedMemory } from "./compile/plan-graph.ts";
export { decodeSafetensors, encodeSafetensors, type StoredTensor, type StoredTensors } from "./formats/safetensors.ts";
export { type Diagnostic, type Note, WeftError } from "./ir/diagnostics/diagnostic.ts";
export type { Frame, Location } from "./ir/diagnostics/location.ts";
export { type Colors, type RenderOptions, renderDiagnostic, renderError } from "./ir/diagnostics/render.ts";
export * from "./ir/functions/index.ts";
export { type BuilderOptions, type GraphBuilder, graphBuilder } from "./ir/graph/builder.ts";
export type {
  ConstantData,
  ConstantId,
  Entry,
  Graph,
  NamedValue,
  Node,
  NodeId,
  Value,
  ValueId,
} from "./ir/graph/graph.ts";
export { type Enclosure, type Trace, withTrace } from "./ir/graph/trace.ts";
export { traceOver } from "./ir/graph/traced-tensor.ts";
export type {
  Access,
  EntryPoint,
  Kernel,
  KernelParameter,
  MemoryPlan,
  Numerics,
  PlannedProgram,
  Port,
  Program,
} from "./ir/loop/kernel.ts";
export { printKernel, printProgram } from "./ir/loop/print.ts";
export type { Attributes } from "./ir/ops/attributes.ts";
export type { OpKind } from "./ir/ops/index.ts";
export type { Bindings, Dim } from "./ir/types/dim.ts";
export type { ArrayOf, DataArray, DType, GivenArrayOf } from "./ir/types/dtype.ts";
export type { Named, NamedBuffer } from "./ir/types/named.ts";
export type { Feed, Feeds } from "./ir/types/static/feeds.ts";
export type { Into, IntoGradients, IntoStep } from "./ir/types/static/into.ts";
export type {
  BinaryMethod,
  ComparisonMethod,
  Dims,
  ElementwiseMethod,
  MatmulOptions,
  Operand,
  PadAxis,
  ReduceMethod,
  ReduceOptions,
  SliceAxis,
  Tensor,
  TensorMethods,
} from "./ir/types/tensor.ts";
export type { Shape, TensorType } from "./ir/types/tensor-type.ts";
export {
  constantly,
  fanInUniform,
  glorotUniform,
  heNormal,
  type Initializer,
  normal,
  ones,
  type RandomStream,
  uniform,
  zeros,
} from "./model/initializer.ts";
export {
  currentMode,
  type InMode,
  latestOf,
  type Mode,
  nextRandomKey,
  type RandomSource,
  updateBuffer,
  withMode,
} from "./model/mode.ts";
export {
  type AnyModel,
  defineModel,
  type InputSpec,
  type InputSpecs,
  type InputTensors,
  type Model,
  type ModelDescription,
  modelGraph,
  type NamedInputs,
  type NamedOutputs,
  type Outputs,
  spec,
} from "./model/model.ts";
export {
  type AnyLayer,
  type BufferSpec,
  buffer,
  type Layer,
  layer,
  type NamedParameters,
  type ParamSpec,
  type Params,
  type Path,
  param,
  repeat,
  type SpecTree,
  type TrainablePath,
} from "./model/parameter.ts";
export { currentPast, currentPosition, type Past, requireWhole, withPast } from "./model/past.ts";
export { differentiate } from "./passes/differentiate.ts";
export type { PassTrace } from "./passes/trace.ts";
export { type AnyDescription, type Compilation, compile, compileSync } from "./training/compile.ts";
export type {
  Call,
  Compiled,
  CompiledModel,
  Fetches,
  ModelOptions,
  ParameterStore,
  RestoreOptions,
} from "./training/compiled-model.ts";
export type { DecodedSequence, Decoder, DecoderParts } from "./training/decoder.ts";
export {
  type AnyDecoding,
  type Decoding,
  type DecodingOptions,
  decoding,
  type PieceLengths,
  type TokenByToken,
} from "./training/decoding.ts";
export type { EarlyStopping } from "./training/early-stopping.ts";
export { evaluate } from "./training/evaluation.ts";
export type { Figures } from "./training/figures.ts";
export { fit } from "./training/fit.ts";
export type { FitOptions } from "./training/fit-options.ts";
export { type GradFunction, type GradientTree, grad } from "./training/grad.ts";
export type { GradientClip } from "./training/gradient-clip.ts";
export type { BestEpoch, Ending, EpochRecord, History, StepRecord } from "./training/history.ts";
export type { Run, TrainingListener } from "./training/listener.ts";
export type { ParameterGroup, PathPrefix } from "./training/parameter-groups.ts";
export { permutation } from "./training/permutation.ts";
export type { CheckpointStore, ParameterValues, RunIdentity, RunState } from "./training/run-state.ts";
export type { GradientCall, Gradients, Step, StepResult, Trained, Trainer, TrainerOf } from "./training/trainer.ts";
export { type AnyTraining, type Training, type TrainingOptions, training } from "./training/training.ts";
export type { Batches, BatchStream, TrainingData } from "./training/training-data.ts";
export { trainingGraph } from "./training/training-graph.ts";
