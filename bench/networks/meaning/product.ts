// The product of two matrices.

/** a [rows, inner] times b [inner, columns], or times the transpose of b [columns, inner]. */
export const product = (
  a: Float64Array,
  b: Float64Array,
  { inner, columns, transposed }: { readonly inner: number; readonly columns: number; readonly transposed: boolean },
): Float64Array => {
  const rows = a.length / inner;
  const [byInner, byColumn] = transposed ? [1, inner] : [columns, 1];
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let at = 0; at < inner; at++) sum += (a[row * inner + at] ?? 0) * (b[at * byInner + column * byColumn] ?? 0);
      result[row * columns + column] = sum;
    }
  return result;
};
