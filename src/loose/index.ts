// The package entry `weftgraph/loose`: everything of `weftgraph`, with tensors that have no shapes in their types. The same values, under
// the same names; what a function computes is said where it is defined. That no function is missing here is a test (test/loose).
import * as functions from "../ir/functions/index.ts";
import { type Loose, loosely } from "./loose.ts";

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

export const abs: Loose<typeof functions.abs> = loosely(functions.abs);
export const acos: Loose<typeof functions.acos> = loosely(functions.acos);
export const acosh: Loose<typeof functions.acosh> = loosely(functions.acosh);
export const add: Loose<typeof functions.add> = loosely(functions.add);
export const addAlongAxis: Loose<typeof functions.addAlongAxis> = loosely(functions.addAlongAxis);
export const additiveAttention: Loose<typeof functions.additiveAttention> = loosely(functions.additiveAttention);
export const argmax: Loose<typeof functions.argmax> = loosely(functions.argmax);
export const asin: Loose<typeof functions.asin> = loosely(functions.asin);
export const asinh: Loose<typeof functions.asinh> = loosely(functions.asinh);
export const atan: Loose<typeof functions.atan> = loosely(functions.atan);
export const atan2: Loose<typeof functions.atan2> = loosely(functions.atan2);
export const atanh: Loose<typeof functions.atanh> = loosely(functions.atanh);
export const attention: Loose<typeof functions.attention> = loosely(functions.attention);
export const averagePool1d: Loose<typeof functions.averagePool1d> = loosely(functions.averagePool1d);
export const averagePool2d: Loose<typeof functions.averagePool2d> = loosely(functions.averagePool2d);
export const averagePool3d: Loose<typeof functions.averagePool3d> = loosely(functions.averagePool3d);
export const batchNorm: Loose<typeof functions.batchNorm> = loosely(functions.batchNorm);
export const broadcastTo: Loose<typeof functions.broadcastTo> = loosely(functions.broadcastTo);
export const cast: Loose<typeof functions.cast> = loosely(functions.cast);
export const ceil: Loose<typeof functions.ceil> = loosely(functions.ceil);
export const chunk: Loose<typeof functions.chunk> = loosely(functions.chunk);
export const clamp: Loose<typeof functions.clamp> = loosely(functions.clamp);
export const concat: Loose<typeof functions.concat> = loosely(functions.concat);
export const constant: Loose<typeof functions.constant> = loosely(functions.constant);
export const conv1d: Loose<typeof functions.conv1d> = loosely(functions.conv1d);
export const conv2d: Loose<typeof functions.conv2d> = loosely(functions.conv2d);
export const conv3d: Loose<typeof functions.conv3d> = loosely(functions.conv3d);
export const convTranspose1d: Loose<typeof functions.convTranspose1d> = loosely(functions.convTranspose1d);
export const convTranspose2d: Loose<typeof functions.convTranspose2d> = loosely(functions.convTranspose2d);
export const convTranspose3d: Loose<typeof functions.convTranspose3d> = loosely(functions.convTranspose3d);
export const cos: Loose<typeof functions.cos> = loosely(functions.cos);
export const cosh: Loose<typeof functions.cosh> = loosely(functions.cosh);
export const crossEntropy: Loose<typeof functions.crossEntropy> = loosely(functions.crossEntropy);
export const cumsum: Loose<typeof functions.cumsum> = loosely(functions.cumsum);
export const decay: Loose<typeof functions.decay> = loosely(functions.decay);
export const div: Loose<typeof functions.div> = loosely(functions.div);
export const dot: Loose<typeof functions.dot> = loosely(functions.dot);
export const dropout: Loose<typeof functions.dropout> = loosely(functions.dropout);
export const dynamicSlice: Loose<typeof functions.dynamicSlice> = loosely(functions.dynamicSlice);
export const dynamicUpdateSlice: Loose<typeof functions.dynamicUpdateSlice> = loosely(functions.dynamicUpdateSlice);
export const einsum: Loose<typeof functions.einsum> = loosely(functions.einsum);
export const elu: Loose<typeof functions.elu> = loosely(functions.elu);
export const embedding: Loose<typeof functions.embedding> = loosely(functions.embedding);
export const equal: Loose<typeof functions.equal> = loosely(functions.equal);
export const erf: Loose<typeof functions.erf> = loosely(functions.erf);
export const erfc: Loose<typeof functions.erfc> = loosely(functions.erfc);
export const exp: Loose<typeof functions.exp> = loosely(functions.exp);
export const expectShape: Loose<typeof functions.expectShape> = loosely(functions.expectShape);
export const expm1: Loose<typeof functions.expm1> = loosely(functions.expm1);
export const flatten: Loose<typeof functions.flatten> = loosely(functions.flatten);
export const flip: Loose<typeof functions.flip> = loosely(functions.flip);
export const floor: Loose<typeof functions.floor> = loosely(functions.floor);
export const gather: Loose<typeof functions.gather> = loosely(functions.gather);
export const gelu: Loose<typeof functions.gelu> = loosely(functions.gelu);
export const geluTanh: Loose<typeof functions.geluTanh> = loosely(functions.geluTanh);
export const globalAveragePool: Loose<typeof functions.globalAveragePool> = loosely(functions.globalAveragePool);
export const globalMaxPool: Loose<typeof functions.globalMaxPool> = loosely(functions.globalMaxPool);
export const greater: Loose<typeof functions.greater> = loosely(functions.greater);
export const greaterEqual: Loose<typeof functions.greaterEqual> = loosely(functions.greaterEqual);
export const groupNorm: Loose<typeof functions.groupNorm> = loosely(functions.groupNorm);
export const gruCell: Loose<typeof functions.gruCell> = loosely(functions.gruCell);
export const hardsigmoid: Loose<typeof functions.hardsigmoid> = loosely(functions.hardsigmoid);
export const hardswish: Loose<typeof functions.hardswish> = loosely(functions.hardswish);
export const indexAdd: Loose<typeof functions.indexAdd> = loosely(functions.indexAdd);
export const instanceNorm: Loose<typeof functions.instanceNorm> = loosely(functions.instanceNorm);
export const iota: Loose<typeof functions.iota> = loosely(functions.iota);
export const layerNorm: Loose<typeof functions.layerNorm> = loosely(functions.layerNorm);
export const leakyRelu: Loose<typeof functions.leakyRelu> = loosely(functions.leakyRelu);
export const less: Loose<typeof functions.less> = loosely(functions.less);
export const lessEqual: Loose<typeof functions.lessEqual> = loosely(functions.lessEqual);
export const linear: Loose<typeof functions.linear> = loosely(functions.linear);
export const log: Loose<typeof functions.log> = loosely(functions.log);
export const log1p: Loose<typeof functions.log1p> = loosely(functions.log1p);
export const log2: Loose<typeof functions.log2> = loosely(functions.log2);
export const logicalAnd: Loose<typeof functions.logicalAnd> = loosely(functions.logicalAnd);
export const logicalNot: Loose<typeof functions.logicalNot> = loosely(functions.logicalNot);
export const logicalOr: Loose<typeof functions.logicalOr> = loosely(functions.logicalOr);
export const logicalXor: Loose<typeof functions.logicalXor> = loosely(functions.logicalXor);
export const logSoftmax: Loose<typeof functions.logSoftmax> = loosely(functions.logSoftmax);
export const logSumExp: Loose<typeof functions.logSumExp> = loosely(functions.logSumExp);
export const lstmCell: Loose<typeof functions.lstmCell> = loosely(functions.lstmCell);
export const matmul: Loose<typeof functions.matmul> = loosely(functions.matmul);
export const matvec: Loose<typeof functions.matvec> = loosely(functions.matvec);
export const max: Loose<typeof functions.max> = loosely(functions.max);
export const maximum: Loose<typeof functions.maximum> = loosely(functions.maximum);
export const maxPool1d: Loose<typeof functions.maxPool1d> = loosely(functions.maxPool1d);
export const maxPool2d: Loose<typeof functions.maxPool2d> = loosely(functions.maxPool2d);
export const maxPool3d: Loose<typeof functions.maxPool3d> = loosely(functions.maxPool3d);
export const mean: Loose<typeof functions.mean> = loosely(functions.mean);
export const meanSquaredError: Loose<typeof functions.meanSquaredError> = loosely(functions.meanSquaredError);
export const mergeHeads: Loose<typeof functions.mergeHeads> = loosely(functions.mergeHeads);
export const min: Loose<typeof functions.min> = loosely(functions.min);
export const minimum: Loose<typeof functions.minimum> = loosely(functions.minimum);
export const mish: Loose<typeof functions.mish> = loosely(functions.mish);
export const mul: Loose<typeof functions.mul> = loosely(functions.mul);
export const neg: Loose<typeof functions.neg> = loosely(functions.neg);
export const norm: Loose<typeof functions.norm> = loosely(functions.norm);
export const notEqual: Loose<typeof functions.notEqual> = loosely(functions.notEqual);
export const oneHot: Loose<typeof functions.oneHot> = loosely(functions.oneHot);
export const pad: Loose<typeof functions.pad> = loosely(functions.pad);
export const pow: Loose<typeof functions.pow> = loosely(functions.pow);
export const prod: Loose<typeof functions.prod> = loosely(functions.prod);
export const randomBits: Loose<typeof functions.randomBits> = loosely(functions.randomBits);
export const randomUniform: Loose<typeof functions.randomUniform> = loosely(functions.randomUniform);
export const reciprocal: Loose<typeof functions.reciprocal> = loosely(functions.reciprocal);
export const relu: Loose<typeof functions.relu> = loosely(functions.relu);
export const relu6: Loose<typeof functions.relu6> = loosely(functions.relu6);
export const remainder: Loose<typeof functions.remainder> = loosely(functions.remainder);
export const reshape: Loose<typeof functions.reshape> = loosely(functions.reshape);
export const rmsNorm: Loose<typeof functions.rmsNorm> = loosely(functions.rmsNorm);
export const rnnCell: Loose<typeof functions.rnnCell> = loosely(functions.rnnCell);
export const rotary: Loose<typeof functions.rotary> = loosely(functions.rotary);
export const round: Loose<typeof functions.round> = loosely(functions.round);
export const rsqrt: Loose<typeof functions.rsqrt> = loosely(functions.rsqrt);
export const scatterAdd: Loose<typeof functions.scatterAdd> = loosely(functions.scatterAdd);
export const select: Loose<typeof functions.select> = loosely(functions.select);
export const selu: Loose<typeof functions.selu> = loosely(functions.selu);
export const shiftLeft: Loose<typeof functions.shiftLeft> = loosely(functions.shiftLeft);
export const shiftRight: Loose<typeof functions.shiftRight> = loosely(functions.shiftRight);
export const sigmoid: Loose<typeof functions.sigmoid> = loosely(functions.sigmoid);
export const sign: Loose<typeof functions.sign> = loosely(functions.sign);
export const silu: Loose<typeof functions.silu> = loosely(functions.silu);
export const sin: Loose<typeof functions.sin> = loosely(functions.sin);
export const sinh: Loose<typeof functions.sinh> = loosely(functions.sinh);
export const sinusoidalPositions: Loose<typeof functions.sinusoidalPositions> = loosely(functions.sinusoidalPositions);
export const slice: Loose<typeof functions.slice> = loosely(functions.slice);
export const softmax: Loose<typeof functions.softmax> = loosely(functions.softmax);
export const softplus: Loose<typeof functions.softplus> = loosely(functions.softplus);
export const split: Loose<typeof functions.split> = loosely(functions.split);
export const splitHeads: Loose<typeof functions.splitHeads> = loosely(functions.splitHeads);
export const sqrt: Loose<typeof functions.sqrt> = loosely(functions.sqrt);
export const square: Loose<typeof functions.square> = loosely(functions.square);
export const stack: Loose<typeof functions.stack> = loosely(functions.stack);
export const standardDeviation: Loose<typeof functions.standardDeviation> = loosely(functions.standardDeviation);
export const standardize: Loose<typeof functions.standardize> = loosely(functions.standardize);
export const stopGradient: Loose<typeof functions.stopGradient> = loosely(functions.stopGradient);
export const sub: Loose<typeof functions.sub> = loosely(functions.sub);
export const sum: Loose<typeof functions.sum> = loosely(functions.sum);
export const takeAlongAxis: Loose<typeof functions.takeAlongAxis> = loosely(functions.takeAlongAxis);
export const tan: Loose<typeof functions.tan> = loosely(functions.tan);
export const tanh: Loose<typeof functions.tanh> = loosely(functions.tanh);
export const tile: Loose<typeof functions.tile> = loosely(functions.tile);
export const transpose: Loose<typeof functions.transpose> = loosely(functions.transpose);
export const trunc: Loose<typeof functions.trunc> = loosely(functions.trunc);
export const variance: Loose<typeof functions.variance> = loosely(functions.variance);
export const vecmat: Loose<typeof functions.vecmat> = loosely(functions.vecmat);
