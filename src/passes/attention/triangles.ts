// Constant masks that depend on the distance between key and query alone (triangles and bands of two numbers), as
// comparisons of positions, so that no constant of queries x keys elements stays.
import type { ConstantData } from "../../ir/graph/graph.ts";

/** `within` where least <= column - row <= most, `outside` elsewhere; without `least` it is open below. */
export interface Band {
  readonly least: number | undefined;
  readonly most: number;
  readonly within: number;
  readonly outside: number;
}

/** The number on each diagonal, from the lower left to the upper right; undefined where one holds two numbers. */
const diagonals = (data: ConstantData["data"], rows: number, columns: number): readonly number[] | undefined => {
  const found = new Array<number | undefined>(rows + columns - 1).fill(undefined);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const value = data[row * columns + column] ?? 0;
      const known = found[column - row + rows - 1];
      if (known !== undefined && !Object.is(known, value)) return undefined;
      found[column - row + rows - 1] = value;
    }
  return found.map((value) => value ?? 0);
};

/** The band that a constant matrix is, if it is one. */
export const bandOf = ({ data }: ConstantData, rows: number, columns: number): Band | undefined => {
  if (data.length === 0 || data.length !== rows * columns) return undefined;
  const values = diagonals(data, rows, columns);
  if (values === undefined) return undefined;
  const [first = 0] = values;
  const from = values.findIndex((value) => !Object.is(value, first));
  if (from < 0) return undefined;
  const middle = values[from] ?? 0;
  const length = values.slice(from).findIndex((value) => !Object.is(value, middle));
  const distance = (at: number): number => at - rows + 1;
  if (length < 0) return { least: undefined, most: distance(from) - 1, within: first, outside: middle };
  const isOutside = values.slice(from + length).every((value) => Object.is(value, first));
  if (!isOutside) return undefined;
  return { least: distance(from), most: distance(from + length) - 1, within: middle, outside: first };
};
