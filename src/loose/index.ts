// The package entry `weftgraph/loose`: everything of `weftgraph`, with tensors that have no shapes in their types. The same values, under
// the same names; what a function computes is said where it is defined. That no function is missing here is a test (test/loose).
import * as functions from "../ir/functions/index.ts";
import type { Loose } from "./loose.ts";

export * from "../index.ts";
export {
  customGradient,
  define,
  defineModel,
  type LooseInputs,
  type LooseOutputs,
  type LooseTrainingOptions,
  latestOf,
  layer,
  nextRandomKey,
  scan,
  type TensorOfEach,
  type Tensors,
  training,
  updateBuffer,
} from "./described.ts";
export type { Loose, Tensor } from "./loose.ts";

// Each cast holds because a `Loose` type says less of the same function: that its operands are tensors, not which ones.

export const abs = functions.abs as unknown as Loose<typeof functions.abs>;
export const acos = functions.acos as unknown as Loose<typeof functions.acos>;
export const acosh = functions.acosh as unknown as Loose<typeof functions.acosh>;
export const add = functions.add as unknown as Loose<typeof functions.add>;
export const addAlongAxis = functions.addAlongAxis as unknown as Loose<typeof functions.addAlongAxis>;
export const additiveAttention = functions.additiveAttention as unknown as Loose<typeof functions.additiveAttention>;
export const argmax = functions.argmax as unknown as Loose<typeof functions.argmax>;
export const asin = functions.asin as unknown as Loose<typeof functions.asin>;
export const asinh = functions.asinh as unknown as Loose<typeof functions.asinh>;
export const atan = functions.atan as unknown as Loose<typeof functions.atan>;
export const atan2 = functions.atan2 as unknown as Loose<typeof functions.atan2>;
export const atanh = functions.atanh as unknown as Loose<typeof functions.atanh>;
export const attention = functions.attention as unknown as Loose<typeof functions.attention>;
export const averagePool1d = functions.averagePool1d as unknown as Loose<typeof functions.averagePool1d>;
export const averagePool2d = functions.averagePool2d as unknown as Loose<typeof functions.averagePool2d>;
export const averagePool3d = functions.averagePool3d as unknown as Loose<typeof functions.averagePool3d>;
export const batchNorm = functions.batchNorm as unknown as Loose<typeof functions.batchNorm>;
export const broadcastTo = functions.broadcastTo as unknown as Loose<typeof functions.broadcastTo>;
export const cast = functions.cast as unknown as Loose<typeof functions.cast>;
export const ceil = functions.ceil as unknown as Loose<typeof functions.ceil>;
export const chunk = functions.chunk as unknown as Loose<typeof functions.chunk>;
export const clamp = functions.clamp as unknown as Loose<typeof functions.clamp>;
export const concat = functions.concat as unknown as Loose<typeof functions.concat>;
export const constant = functions.constant as unknown as Loose<typeof functions.constant>;
export const conv1d = functions.conv1d as unknown as Loose<typeof functions.conv1d>;
export const conv2d = functions.conv2d as unknown as Loose<typeof functions.conv2d>;
export const conv3d = functions.conv3d as unknown as Loose<typeof functions.conv3d>;
export const convTranspose1d = functions.convTranspose1d as unknown as Loose<typeof functions.convTranspose1d>;
export const convTranspose2d = functions.convTranspose2d as unknown as Loose<typeof functions.convTranspose2d>;
export const convTranspose3d = functions.convTranspose3d as unknown as Loose<typeof functions.convTranspose3d>;
export const cos = functions.cos as unknown as Loose<typeof functions.cos>;
export const cosh = functions.cosh as unknown as Loose<typeof functions.cosh>;
export const crossEntropy = functions.crossEntropy as unknown as Loose<typeof functions.crossEntropy>;
export const cumsum = functions.cumsum as unknown as Loose<typeof functions.cumsum>;
export const decay = functions.decay as unknown as Loose<typeof functions.decay>;
export const div = functions.div as unknown as Loose<typeof functions.div>;
export const dot = functions.dot as unknown as Loose<typeof functions.dot>;
export const dropout = functions.dropout as unknown as Loose<typeof functions.dropout>;
export const dynamicSlice = functions.dynamicSlice as unknown as Loose<typeof functions.dynamicSlice>;
export const dynamicUpdateSlice = functions.dynamicUpdateSlice as unknown as Loose<typeof functions.dynamicUpdateSlice>;
export const einsum = functions.einsum as unknown as Loose<typeof functions.einsum>;
export const elu = functions.elu as unknown as Loose<typeof functions.elu>;
export const embedding = functions.embedding as unknown as Loose<typeof functions.embedding>;
export const equal = functions.equal as unknown as Loose<typeof functions.equal>;
export const erf = functions.erf as unknown as Loose<typeof functions.erf>;
export const erfc = functions.erfc as unknown as Loose<typeof functions.erfc>;
export const exp = functions.exp as unknown as Loose<typeof functions.exp>;
export const expectShape = functions.expectShape as unknown as Loose<typeof functions.expectShape>;
export const expm1 = functions.expm1 as unknown as Loose<typeof functions.expm1>;
export const flatten = functions.flatten as unknown as Loose<typeof functions.flatten>;
export const flip = functions.flip as unknown as Loose<typeof functions.flip>;
export const floor = functions.floor as unknown as Loose<typeof functions.floor>;
export const gather = functions.gather as unknown as Loose<typeof functions.gather>;
export const gelu = functions.gelu as unknown as Loose<typeof functions.gelu>;
export const geluTanh = functions.geluTanh as unknown as Loose<typeof functions.geluTanh>;
export const globalAveragePool = functions.globalAveragePool as unknown as Loose<typeof functions.globalAveragePool>;
export const globalMaxPool = functions.globalMaxPool as unknown as Loose<typeof functions.globalMaxPool>;
export const greater = functions.greater as unknown as Loose<typeof functions.greater>;
export const greaterEqual = functions.greaterEqual as unknown as Loose<typeof functions.greaterEqual>;
export const groupNorm = functions.groupNorm as unknown as Loose<typeof functions.groupNorm>;
export const gruCell = functions.gruCell as unknown as Loose<typeof functions.gruCell>;
export const hardsigmoid = functions.hardsigmoid as unknown as Loose<typeof functions.hardsigmoid>;
export const hardswish = functions.hardswish as unknown as Loose<typeof functions.hardswish>;
export const indexAdd = functions.indexAdd as unknown as Loose<typeof functions.indexAdd>;
export const instanceNorm = functions.instanceNorm as unknown as Loose<typeof functions.instanceNorm>;
export const iota = functions.iota as unknown as Loose<typeof functions.iota>;
export const layerNorm = functions.layerNorm as unknown as Loose<typeof functions.layerNorm>;
export const leakyRelu = functions.leakyRelu as unknown as Loose<typeof functions.leakyRelu>;
export const less = functions.less as unknown as Loose<typeof functions.less>;
export const lessEqual = functions.lessEqual as unknown as Loose<typeof functions.lessEqual>;
export const linear = functions.linear as unknown as Loose<typeof functions.linear>;
export const log = functions.log as unknown as Loose<typeof functions.log>;
export const log1p = functions.log1p as unknown as Loose<typeof functions.log1p>;
export const log2 = functions.log2 as unknown as Loose<typeof functions.log2>;
export const logicalAnd = functions.logicalAnd as unknown as Loose<typeof functions.logicalAnd>;
export const logicalNot = functions.logicalNot as unknown as Loose<typeof functions.logicalNot>;
export const logicalOr = functions.logicalOr as unknown as Loose<typeof functions.logicalOr>;
export const logicalXor = functions.logicalXor as unknown as Loose<typeof functions.logicalXor>;
export const logSoftmax = functions.logSoftmax as unknown as Loose<typeof functions.logSoftmax>;
export const logSumExp = functions.logSumExp as unknown as Loose<typeof functions.logSumExp>;
export const lstmCell = functions.lstmCell as unknown as Loose<typeof functions.lstmCell>;
export const matmul = functions.matmul as unknown as Loose<typeof functions.matmul>;
export const matvec = functions.matvec as unknown as Loose<typeof functions.matvec>;
export const max = functions.max as unknown as Loose<typeof functions.max>;
export const maximum = functions.maximum as unknown as Loose<typeof functions.maximum>;
export const maxPool1d = functions.maxPool1d as unknown as Loose<typeof functions.maxPool1d>;
export const maxPool2d = functions.maxPool2d as unknown as Loose<typeof functions.maxPool2d>;
export const maxPool3d = functions.maxPool3d as unknown as Loose<typeof functions.maxPool3d>;
export const mean = functions.mean as unknown as Loose<typeof functions.mean>;
export const meanSquaredError = functions.meanSquaredError as unknown as Loose<typeof functions.meanSquaredError>;
export const mergeHeads = functions.mergeHeads as unknown as Loose<typeof functions.mergeHeads>;
export const min = functions.min as unknown as Loose<typeof functions.min>;
export const minimum = functions.minimum as unknown as Loose<typeof functions.minimum>;
export const mish = functions.mish as unknown as Loose<typeof functions.mish>;
export const mul = functions.mul as unknown as Loose<typeof functions.mul>;
export const neg = functions.neg as unknown as Loose<typeof functions.neg>;
export const norm = functions.norm as unknown as Loose<typeof functions.norm>;
export const notEqual = functions.notEqual as unknown as Loose<typeof functions.notEqual>;
export const oneHot = functions.oneHot as unknown as Loose<typeof functions.oneHot>;
export const pad = functions.pad as unknown as Loose<typeof functions.pad>;
export const pow = functions.pow as unknown as Loose<typeof functions.pow>;
export const prod = functions.prod as unknown as Loose<typeof functions.prod>;
export const randomBits = functions.randomBits as unknown as Loose<typeof functions.randomBits>;
export const randomUniform = functions.randomUniform as unknown as Loose<typeof functions.randomUniform>;
export const reciprocal = functions.reciprocal as unknown as Loose<typeof functions.reciprocal>;
export const relu = functions.relu as unknown as Loose<typeof functions.relu>;
export const relu6 = functions.relu6 as unknown as Loose<typeof functions.relu6>;
export const remainder = functions.remainder as unknown as Loose<typeof functions.remainder>;
export const reshape = functions.reshape as unknown as Loose<typeof functions.reshape>;
export const rmsNorm = functions.rmsNorm as unknown as Loose<typeof functions.rmsNorm>;
export const rnnCell = functions.rnnCell as unknown as Loose<typeof functions.rnnCell>;
export const rotary = functions.rotary as unknown as Loose<typeof functions.rotary>;
export const round = functions.round as unknown as Loose<typeof functions.round>;
export const rsqrt = functions.rsqrt as unknown as Loose<typeof functions.rsqrt>;
export const scatterAdd = functions.scatterAdd as unknown as Loose<typeof functions.scatterAdd>;
export const select = functions.select as unknown as Loose<typeof functions.select>;
export const selu = functions.selu as unknown as Loose<typeof functions.selu>;
export const shiftLeft = functions.shiftLeft as unknown as Loose<typeof functions.shiftLeft>;
export const shiftRight = functions.shiftRight as unknown as Loose<typeof functions.shiftRight>;
export const sigmoid = functions.sigmoid as unknown as Loose<typeof functions.sigmoid>;
export const sign = functions.sign as unknown as Loose<typeof functions.sign>;
export const silu = functions.silu as unknown as Loose<typeof functions.silu>;
export const sin = functions.sin as unknown as Loose<typeof functions.sin>;
export const sinh = functions.sinh as unknown as Loose<typeof functions.sinh>;
export const sinusoidalPositions = functions.sinusoidalPositions as unknown as Loose<
  typeof functions.sinusoidalPositions
>;
export const slice = functions.slice as unknown as Loose<typeof functions.slice>;
export const softmax = functions.softmax as unknown as Loose<typeof functions.softmax>;
export const softplus = functions.softplus as unknown as Loose<typeof functions.softplus>;
export const split = functions.split as unknown as Loose<typeof functions.split>;
export const splitHeads = functions.splitHeads as unknown as Loose<typeof functions.splitHeads>;
export const sqrt = functions.sqrt as unknown as Loose<typeof functions.sqrt>;
export const square = functions.square as unknown as Loose<typeof functions.square>;
export const stack = functions.stack as unknown as Loose<typeof functions.stack>;
export const standardDeviation = functions.standardDeviation as unknown as Loose<typeof functions.standardDeviation>;
export const standardize = functions.standardize as unknown as Loose<typeof functions.standardize>;
export const stopGradient = functions.stopGradient as unknown as Loose<typeof functions.stopGradient>;
export const sub = functions.sub as unknown as Loose<typeof functions.sub>;
export const sum = functions.sum as unknown as Loose<typeof functions.sum>;
export const takeAlongAxis = functions.takeAlongAxis as unknown as Loose<typeof functions.takeAlongAxis>;
export const tan = functions.tan as unknown as Loose<typeof functions.tan>;
export const tanh = functions.tanh as unknown as Loose<typeof functions.tanh>;
export const tile = functions.tile as unknown as Loose<typeof functions.tile>;
export const transpose = functions.transpose as unknown as Loose<typeof functions.transpose>;
export const trunc = functions.trunc as unknown as Loose<typeof functions.trunc>;
export const variance = functions.variance as unknown as Loose<typeof functions.variance>;
export const vecmat = functions.vecmat as unknown as Loose<typeof functions.vecmat>;
