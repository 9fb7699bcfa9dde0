// Which kernels a convolution gets. All of one dtype sum each result in the order (channel, row tap, column tap), but the one for
// relaxed numerics, which has fewer products to sum.
import { buildColumnConvolution } from "./column-convolution.ts";
import { buildDepthwiseConvolution, isDepthwise } from "./depthwise-convolution.ts";
import { buildDirectConvolution } from "./direct-convolution.ts";
import { type ConvolutionContext, geometryOf } from "./padded-planes.ts";
import { buildPlainConvolution } from "./plain-convolution.ts";
import { buildWinogradConvolution, suitsWinograd } from "./winograd-convolution.ts";

/** From so many output channels per group on, copying what windows hold costs less than it gains. */
const severalOutputs = 4;

/** Builds the kernels of `conv2d`: [N, C, H, W] by [O, C/groups, KH, KW]. */
export const buildConvolution = (context: ConvolutionContext): void => {
  const { attrs, operandTypes, resultTypes } = context;
  const geometry = geometryOf(attrs, operandTypes[0], operandTypes[1], resultTypes[0]);
  if (resultTypes[0].dtype !== "f32") buildPlainConvolution(context, geometry);
  else if (suitsWinograd(context, geometry)) buildWinogradConvolution(context, geometry);
  else if (geometry.groupOutputs >= severalOutputs) buildColumnConvolution(context, geometry);
  else if (isDepthwise(geometry)) buildDepthwiseConvolution(context, geometry);
  else buildDirectConvolution(context, geometry);
};
