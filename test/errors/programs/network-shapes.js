// One mistake for each code of contractions, windows, convolutions, pooling and losses.
import {
  conv2d,
  convTranspose1d,
  convTranspose2d,
  crossEntropy,
  einsum,
  layerNorm,
  matmul,
  maxPool2d,
  spec,
} from "../../../src/index.ts";
import { describing } from "./describing.js";

export const W240 = () =>
  describing({ x: spec("f32", [784]), w: spec("f32", [784, 10]) }, ({ x, w }) => {
    return matmul(x, w);
  });

export const W241 = () =>
  describing({ image: spec("f32", [28, 28]), w: spec("f32", [16, 1, 3, 3]) }, ({ image, w }) => {
    return conv2d(image, w);
  });

export const W242 = () =>
  describing({ images: spec("f32", ["B", 3, 32, 32]) }, ({ images }) => {
    return maxPool2d(images, 2, { stride: 0 });
  });

export const W243 = () =>
  describing({ images: spec("f32", ["B", 1, 4, 4]), w: spec("f32", [8, 1, 5, 5]) }, ({ images, w }) => {
    return conv2d(images, w);
  });

export const W244 = () =>
  describing({ images: spec("f32", ["B", 3, 32, 32]), w: spec("f32", [16, 1, 3, 3]) }, ({ images, w }) => {
    return conv2d(images, w);
  });

export const W245 = () =>
  describing({ images: spec("f32", ["B", 4, 32, 32]), w: spec("f32", [5, 2, 3, 3]) }, ({ images, w }) => {
    return conv2d(images, w, { groups: 2 });
  });

export const W246 = () =>
  describing({ images: spec("f32", ["B", 3, 32, 32]), w: spec("f32", [16, 3, "K", "K"]) }, ({ images, w }) => {
    return conv2d(images, w);
  });

export const W247 = () =>
  describing({ images: spec("f32", ["B", 3, 32, 32]) }, ({ images }) => {
    return maxPool2d(images, 2, { padding: 2 });
  });

export const W248 = () =>
  describing({ x: spec("f32", [8, 64]), scale: spec("f32", [8]), shift: spec("f32", [64]) }, ({ x, scale, shift }) => {
    return layerNorm(x, scale, shift);
  });

export const W249 = () =>
  describing({ logits: spec("f32", [10]), label: spec("i32", []) }, ({ logits, label }) => {
    return crossEntropy(logits, label);
  });

export const W250 = () =>
  describing({ a: spec("f32", [2, 3]), b: spec("f32", [3, 4]) }, ({ a, b }) => {
    return einsum("ij,jk->il", a, b);
  });

export const W251 = () =>
  describing({ a: spec("f32", [2, 3]), b: spec("f32", [4, 5]) }, ({ a, b }) => {
    return einsum("ij,jk->ik", a, b);
  });

export const W265 = () =>
  describing({ x: spec("f32", [1, 4, 10, 10]), w: spec("f32", [4, 3, 3, 3]) }, ({ x, w }) => {
    return convTranspose2d(x, w, { stride: 2, outputPadding: 2 });
  });

export const W266 = () =>
  describing({ x: spec("f32", [1, 1, 1]), w: spec("f32", [1, 1, 3]) }, ({ x, w }) => {
    return convTranspose1d(x, w, { padding: 2 });
  });

export const W252 = () =>
  describing({ images: spec("f32", ["B", 3, 0, 28]) }, ({ images }) => {
    return maxPool2d(images, 2);
  });

export const W253 = () =>
  describing({ x: spec("f32", [2, 3]) }, ({ x }) => {
    return einsum("ijk->i", x);
  });
