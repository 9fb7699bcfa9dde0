// How attention and its gradients become loops: register tiles over blocks of rows and keys where elements are f32, and one row
// at a time otherwise.

import { buildBlocks } from "./attention-blocks.ts";
import { buildGradientBlocks } from "./attention-gradient-blocks.ts";
import { buildGradientRows } from "./attention-gradient-rows.ts";
import { buildRows } from "./attention-rows.ts";
import type { AttentionAttrs, AttentionGradientsAttrs } from "./attention-typing.ts";
import type { KernelContext } from "./op.ts";

/** Builds the kernels of `attention`. */
export const buildAttention = (context: KernelContext<AttentionAttrs, "many", "many">): void =>
  context.resultTypes[0]?.dtype === "f32" ? buildBlocks(context) : buildRows(context);

/** Builds the kernels of `attentionGradients`. */
export const buildAttentionGradients = (context: KernelContext<AttentionGradientsAttrs, "many", "many">): void =>
  context.resultTypes[0]?.dtype === "f32" ? buildGradientBlocks(context) : buildGradientRows(context);
