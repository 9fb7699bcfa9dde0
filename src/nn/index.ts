// The package entry `weftgraph/nn`: layers.
export { type Conv2dParams, conv2d } from "./conv2d.ts";
export { type LinearParams, linear } from "./linear.ts";
