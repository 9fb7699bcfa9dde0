// Two axes exchanged.

/** Elements of [a, b, c] in the order of [b, a, c]. */
export const exchangedDoubles = (data: Float64Array, [a, b, c]: readonly [number, number, number]): Float64Array => {
  const result = new Float64Array(data.length);
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++) result.set(data.subarray((i * b + j) * c, (i * b + j + 1) * c), (j * a + i) * c);
  return result;
};
