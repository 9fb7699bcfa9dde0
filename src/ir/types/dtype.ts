// The element types of tensors, in one table: bytes in memory, the typed array that holds them, how they promote.
// A `bool` is one byte, 0 or 1; arithmetic on `u8` is done in i32 and wraps when stored.

/** The element type of a tensor. */
export type DType = "f32" | "f64" | "i32" | "u8" | "bool";

/** The typed arrays that hold tensor elements. */
export interface ArrayOf {
  /** Numbers of 32 bits. */
  readonly f32: Float32Array<ArrayBuffer>;
  /** Numbers of 64 bits. */
  readonly f64: Float64Array<ArrayBuffer>;
  /** Whole numbers of 32 bits. */
  readonly i32: Int32Array<ArrayBuffer>;
  /** Whole numbers from 0 to 255. */
  readonly u8: Uint8Array<ArrayBuffer>;
  /** 0 or 1. */
  readonly bool: Uint8Array<ArrayBuffer>;
}

/** Any typed array that holds tensor elements. */
export type DataArray = ArrayOf[DType];

/** The typed arrays that tensor elements are taken from: those of callers, who may share their memory. */
export interface GivenArrayOf {
  /** Numbers of 32 bits. */
  readonly f32: Float32Array;
  /** Numbers of 64 bits. */
  readonly f64: Float64Array;
  /** Whole numbers of 32 bits. */
  readonly i32: Int32Array;
  /** Whole numbers from 0 to 255. */
  readonly u8: Uint8Array;
  /** 0 or 1. */
  readonly bool: Uint8Array;
}

interface DTypeRow<D extends DType> {
  /** Bytes per element in memory. */
  readonly bytes: number;
  readonly isFloat: boolean;
  /** Where two dtypes meet in arithmetic the higher wins. */
  readonly promotion: number;
  /** The class of the typed array, by name. */
  readonly arrayName: string;
  readonly allocate: (length: number) => ArrayOf[D];
  readonly view: (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayOf[D];
}

/** Every dtype and what the compiler knows about it. */
export const dtypes: { readonly [D in DType]: DTypeRow<D> } = {
  f32: {
    bytes: 4,
    isFloat: true,
    promotion: 3,
    arrayName: "Float32Array",
    allocate: (length) => new Float32Array(length),
    view: (buffer, byteOffset, length) => new Float32Array(buffer, byteOffset, length),
  },
  f64: {
    bytes: 8,
    isFloat: true,
    promotion: 4,
    arrayName: "Float64Array",
    allocate: (length) => new Float64Array(length),
    view: (buffer, byteOffset, length) => new Float64Array(buffer, byteOffset, length),
  },
  i32: {
    bytes: 4,
    isFloat: false,
    promotion: 2,
    arrayName: "Int32Array",
    allocate: (length) => new Int32Array(length),
    view: (buffer, byteOffset, length) => new Int32Array(buffer, byteOffset, length),
  },
  u8: {
    bytes: 1,
    isFloat: false,
    promotion: 1,
    arrayName: "Uint8Array",
    allocate: (length) => new Uint8Array(length),
    view: (buffer, byteOffset, length) => new Uint8Array(buffer, byteOffset, length),
  },
  bool: {
    bytes: 1,
    isFloat: false,
    promotion: 0,
    arrayName: "Uint8Array",
    allocate: (length) => new Uint8Array(length),
    view: (buffer, byteOffset, length) => new Uint8Array(buffer, byteOffset, length),
  },
};

/** All dtype names, in the order of the table. */
export const dtypeNames: readonly DType[] = Object.keys(dtypes) as DType[];

/** Whether the dtype holds real numbers, and so has gradients. */
export const isFloat = (dtype: DType): boolean => dtypes[dtype].isFloat;

/** Whether `name` is one of ours. */
export const isDType = (name: string): name is DType => Object.hasOwn(dtypes, name);
