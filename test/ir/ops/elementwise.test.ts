import { describe, expect, it } from "vitest";
import { binary } from "../../../src/ir/scalar/binary.ts";
import { unary } from "../../../src/ir/scalar/unary.ts";
import { tensorType } from "../../../src/ir/types/tensor-type.ts";
import {
  array,
  expectGradientsMatch,
  gradients,
  meaning,
  randomArray,
  randomNumbers,
  typeOf,
} from "../../support/op-meaning.ts";

const vector = array([3], [1, -2, 3]);
const nan = Number.NaN;

describe("unary", () => {
  it("applies its function to each element", () => {
    expect(meaning("unary", [vector], { fn: "neg" })).toEqual(array([3], [-1, 2, -3]));
    expect(meaning("unary", [array([2], [0, 1], "bool")], { fn: "not" })).toEqual(array([2], [1, 0], "bool"));
  });

  it("wraps integers", () => {
    const lowest = array([1], [-2147483648], "i32");
    expect(meaning("unary", [lowest], { fn: "neg" })).toEqual(lowest);
  });

  it("keeps the type", () => {
    expect(typeOf("unary", [tensorType("f32", ["B", 2])], { fn: "neg" })).toEqual(tensorType("f32", ["B", 2]));
  });

  it("refuses an element type without the function", () => {
    expect(() => typeOf("unary", [tensorType("f32", ["B"])], { fn: "not" })).toThrow(
      "W204: not: not defined for f32: takes bool (f32[B])",
    );
  });

  it("has the derivative of its function, for floats", () => {
    expect(gradients("unary", [vector], { fn: "neg" }, array([3], [1, 2, 3]))).toEqual([array([3], [-1, -2, -3])]);
    const whole = array([1], [4], "i32");
    expect(gradients("unary", [whole], { fn: "neg" }, whole)).toEqual([null]);
    const truth = array([1], [1], "bool");
    expect(gradients("unary", [truth], { fn: "not" }, truth)).toEqual([null]);
  });
});

describe("binary", () => {
  it("applies its function to each pair", () => {
    expect(meaning("binary", [vector, array([3], [5, 6, 7])], { fn: "sub" })).toEqual(array([3], [-4, -8, -4]));
  });

  it("wraps integers", () => {
    const of = (value: number, dtype: "i32" | "u8") => array([1], [value], dtype);
    expect(meaning("binary", [of(2147483647, "i32"), of(1, "i32")], { fn: "add" })).toEqual(of(-2147483648, "i32"));
    expect(meaning("binary", [of(123456789, "i32"), of(987654321, "i32")], { fn: "mul" })).toEqual(
      of(-67153019, "i32"),
    );
    expect(meaning("binary", [of(250, "u8"), of(10, "u8")], { fn: "add" })).toEqual(of(4, "u8"));
    expect(meaning("binary", [of(3, "u8"), of(10, "u8")], { fn: "sub" })).toEqual(of(249, "u8"));
  });

  it.each([
    [["f32", [2]], ["f64", [2]], "add", "W202: add: element types differ: f32 vs f64 (f32[2] and f64[2])"],
    [["f32", ["B", 2]], ["f32", [2]], "mul", "W201: mul: shapes differ: f32[B, 2] vs f32[2]"],
    [["f32", [2]], ["f32", [2]], "and", "W204: and: not defined for f32: takes "],
  ] as const)("refuses %j and %j", ([a, first], [b, second], fn, message) => {
    expect(() => typeOf("binary", [tensorType(a, first), tensorType(b, second)], { fn })).toThrow(message);
  });

  it.each(["add", "sub", "mul", "div"])("has both derivatives of %s", (fn) => {
    const x = array([2, 3], [1, -2, 3, 0.5, -0.25, 2]);
    const y = array([2, 3], [-3, 2, 1.5, 1, -2, 4]);
    expectGradientsMatch("binary", [x, y], { fn }, randomNumbers(5));
  });

  it("has none for integers", () => {
    const whole = array([1], [4], "i32");
    expect(gradients("binary", [whole, whole], { fn: "mul" }, whole)).toEqual([null, null]);
  });
});

describe("compare", () => {
  it.each([
    ["eq", [0, 1, 0, 0]],
    ["ne", [1, 0, 1, 1]],
    ["lt", [1, 0, 0, 0]],
    ["le", [1, 1, 0, 0]],
    ["gt", [0, 0, 1, 0]],
    ["ge", [0, 1, 1, 0]],
  ])("%s of less, equal, greater and NaN", (fn, truth) => {
    const operands = [array([4], [1, 2, 3, nan]), array([4], [2, 2, 2, nan])];
    expect(meaning("compare", operands, { fn })).toEqual(array([4], truth, "bool"));
  });

  it("gives bool of the operands' shape", () => {
    const x = tensorType("u8", ["B"]);
    expect(typeOf("compare", [x, x], { fn: "lt" })).toEqual(tensorType("bool", ["B"]));
  });

  it("refuses operands that differ", () => {
    expect(() => typeOf("compare", [tensorType("f32", [2]), tensorType("i32", [2])], { fn: "lt" })).toThrow(
      "W202: lt: element types differ: f32 vs i32 (f32[2] and i32[2])",
    );
    expect(() => typeOf("compare", [tensorType("f32", [2]), tensorType("f32", [3])], { fn: "lt" })).toThrow(
      "W201: lt: shapes differ: f32[2] vs f32[3]",
    );
  });

  it("has no gradient", () => {
    expect(gradients("compare", [vector, vector], { fn: "lt" }, array([3], [0, 0, 0], "bool"))).toEqual([null, null]);
  });
});

describe("select", () => {
  const condition = array([3], [1, 0, 1], "bool");
  const other = array([3], [10, nan, 30]);

  it("chooses", () => {
    expect(meaning("select", [condition, vector, other], {})).toEqual(array([3], [1, nan, 3]));
  });

  it("gives each gradient to what was chosen", () => {
    expect(gradients("select", [condition, vector, other], {}, array([3], [5, 6, 7]))).toEqual([
      null,
      array([3], [5, 0, 7]),
      array([3], [0, 6, 0]),
    ]);
  });

  it.each([
    ["i32", ["B"], "f32", ["B"], "f32", ["B"], "W204: select: not defined for i32: takes bool (i32[B])"],
    ["bool", ["B"], "f32", ["B"], "f64", ["B"], "W202: select: element types differ: f32 vs f64 (f32[B] and f64[B])"],
    ["bool", ["B"], "f32", ["B"], "f32", [1], "W201: select: shapes differ: f32[B] vs f32[1]"],
    ["bool", [1], "f32", ["B"], "f32", ["B"], "W201: select: shapes differ: bool[1] vs f32[B]"],
  ] as const)("refuses %s%j ? %s%j : %s%j", (c, condition, t, whenTrue, f, whenFalse, message) => {
    const operands = [tensorType(c, condition), tensorType(t, whenTrue), tensorType(f, whenFalse)];
    expect(() => typeOf("select", operands, {})).toThrow(message);
  });
});

describe("cast", () => {
  it("truncates and saturates", () => {
    const x = array([6], [2.9, -2.9, 1e10, -1e10, nan, 300]);
    expect(meaning("cast", [x], { dtype: "i32" })).toEqual(array([6], [2, -2, 2147483647, -2147483648, 0, 300], "i32"));
    expect(meaning("cast", [x], { dtype: "u8" })).toEqual(array([6], [2, 0, 255, 0, 0, 255], "u8"));
    expect(meaning("cast", [array([2], [-1, 256], "i32")], { dtype: "u8" })).toEqual(array([2], [0, 255], "u8"));
    expect(meaning("cast", [array([4], [0, -0, nan, 0.1])], { dtype: "bool" })).toEqual(
      array([4], [0, 0, 1, 1], "bool"),
    );
    expect(meaning("cast", [array([2], [0, 1], "bool")], { dtype: "f32" })).toEqual(array([2], [0, 1], "f32"));
  });

  it("keeps the shape", () => {
    expect(typeOf("cast", [tensorType("bool", ["B"])], { dtype: "f64" })).toEqual(tensorType("f64", ["B"]));
  });

  it("casts the gradient back between floats, and has none elsewhere", () => {
    const flow = array([3], [1, 2, 3], "f32");
    expect(gradients("cast", [vector], { dtype: "f32" }, flow)).toEqual([array([3], [1, 2, 3])]);
    expect(gradients("cast", [array([3], [1, 2, 3], "i32")], { dtype: "f32" }, flow)).toEqual([null]);
    expect(gradients("cast", [vector], { dtype: "i32" }, array([3], [1, 2, 3], "i32"))).toEqual([null]);
  });
});

describe("clamp", () => {
  it("brings elements between its bounds", () => {
    const x = array([5], [-5, -1, 0.5, 7, nan]);
    expect(meaning("clamp", [x], { low: -1, high: 6 })).toEqual(array([5], [-1, -1, 0.5, 6, nan]));
  });

  it("passes the gradient on inside, bounds included", () => {
    const x = array([5], [-2, -1, 0, 1, 2]);
    expect(gradients("clamp", [x], { low: -1, high: 1 }, array([5], [1, 2, 3, 4, 5]))).toEqual([
      array([5], [0, 2, 3, 4, 0]),
    ]);
    const smooth = randomArray({ dtype: "f64", shape: [3, 4] }, randomNumbers(9));
    expectGradientsMatch("clamp", [smooth], { low: -2, high: 2 }, randomNumbers(10));
  });

  it.each([
    ["f32", 2, 1, "W220: clamp: 2 to 1 is not a range (f32[B])"],
    ["f32", nan, 1, "W220: clamp: NaN to 1 is not a range (f32[B])"],
    ["i32", 0, 1.5, "W210: clamp: 1.5 is not a number of type i32"],
    ["i32", Number.NEGATIVE_INFINITY, 1, "W210: clamp: -Infinity is not a number of type i32"],
    ["bool", 0, 1, "W204: clamp: not defined for bool: takes f32, f64, i32, u8 (bool[B])"],
  ] as const)("refuses %s from %d to %d", (dtype, low, high, message) => {
    expect(() => typeOf("clamp", [tensorType(dtype, ["B"])], { low, high })).toThrow(message);
  });
});

describe("functions that are flat", () => {
  const flat = Object.entries(unary).filter(([, { derivative }]) => derivative === "zero");

  it.each(flat)("such as %s have no gradient", (fn, { dtypes }) => {
    for (const dtype of dtypes) {
      const x = array([2], [0, 1], dtype);
      expect(gradients("unary", [x], { fn }, x)).toEqual([null]);
    }
  });

  it.each(Object.entries(binary).filter(([, { derivative }]) => derivative === "zero"))(
    "such as %s of two have none",
    (fn, { dtypes }) => {
      for (const dtype of dtypes) {
        const x = array([2], [1, 1], dtype);
        expect(gradients("binary", [x, x], { fn }, x)).toEqual([null, null]);
      }
    },
  );
});
