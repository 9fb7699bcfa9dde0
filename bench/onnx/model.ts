// ONNX models written in memory. Numbers of fields are those of onnx.proto
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
import { bytes, type Field, float, integer, message, nested, text } from "./protobuf.ts";

/** An attribute of a node: `{ float: 0.125 }`, `{ integer: 1 }`, `{ integers: [0, 2, 1] }`, `{ text: "bidirectional" }`. */
export type Attribute =
  | { readonly float: number }
  | { readonly text: string }
  | { readonly integer: number }
  | { readonly integers: readonly number[] };

/** A node; its results may be read by the nodes behind it. */
export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** `com.microsoft` for ops beyond the standard. */
  readonly domain?: string;
}

/** The extents of a tensor. */
export type Shape = readonly number[];

/** Data that belong to the model: floats, or whole numbers such as axes. */
export interface Initializer {
  readonly shape: Shape;
  readonly data: Float32Array | BigInt64Array;
}

/** A model to be written; its inputs and outputs are f32, but for the inputs that are whole numbers. */
export interface OnnxModel {
  readonly inputs: Readonly<Record<string, Shape>>;
  readonly wholeNumbers?: readonly string[];
  readonly outputs: Readonly<Record<string, Shape>>;
  readonly initializers?: Readonly<Record<string, Initializer>>;
  readonly nodes: readonly Node[];
}

const versions = { ir: 10, standard: 23, microsoft: 1 } as const;
const elementType = { float32: 1, int32: 6, int64: 7 } as const;
const attributeType = { float: 1, integer: 2, text: 3, integers: 7 } as const;

const attributeField = ([name, value]: readonly [string, Attribute]): Field => {
  const named = text(1, name);
  if ("float" in value) return nested(5, [named, float(2, value.float), integer(20, attributeType.float)]);
  if ("text" in value) return nested(5, [named, text(4, value.text), integer(20, attributeType.text)]);
  if ("integer" in value) return nested(5, [named, integer(3, value.integer), integer(20, attributeType.integer)]);
  return nested(5, [named, ...value.integers.map((each) => integer(8, each)), integer(20, attributeType.integers)]);
};

const nodeField = ({ op, inputs, output, attributes = {}, domain }: Node): Field =>
  nested(1, [
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, op),
    ...Object.entries(attributes).map(attributeField),
    ...(domain === undefined ? [] : [text(7, domain)]),
  ]);

const valueField = (
  field: number,
  [name, shape]: readonly [string, Shape],
  type: keyof typeof elementType = "float32",
): Field => {
  const dims = nested(
    2,
    shape.map((extent) => nested(1, [integer(1, extent)])),
  );
  return nested(field, [text(1, name), nested(2, [nested(1, [integer(1, elementType[type]), dims])])]);
};

const initializerField = ([name, { shape, data }]: readonly [string, Initializer]): Field =>
  nested(5, [
    ...shape.map((extent) => integer(1, extent)),
    integer(2, data instanceof Float32Array ? elementType.float32 : elementType.int64),
    text(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);

/** The bytes of a model. */
export const encodeModel = ({ inputs, wholeNumbers = [], outputs, initializers = {}, nodes }: OnnxModel): Uint8Array =>
  message([
    integer(1, versions.ir),
    nested(7, [
      ...nodes.map(nodeField),
      text(2, "bench"),
      ...Object.entries(initializers).map(initializerField),
      ...Object.entries(inputs).map((input) =>
        valueField(11, input, wholeNumbers.includes(input[0]) ? "int32" : "float32"),
      ),
      ...Object.entries(outputs).map((output) => valueField(12, output)),
    ]),
    nested(8, [text(1, ""), integer(2, versions.standard)]),
    nested(8, [text(1, "com.microsoft"), integer(2, versions.microsoft)]),
  ]);
