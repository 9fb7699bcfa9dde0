// What is done row by row.

/** Rows of so many columns, each replaced. */
const byRow = (x: Float64Array, columns: number, f: (row: Float64Array) => Float64Array): Float64Array => {
  const result = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += columns) result.set(f(x.subarray(at, at + columns)), at);
  return result;
};

const total = (row: Float64Array): number => row.reduce((a, b) => a + b, 0);

const probabilities = (row: Float64Array): Float64Array => {
  const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = row.map((value) => Math.exp(value - most));
  const sum = total(powers);
  return powers.map((power) => power / sum);
};

export const softmax = (x: Float64Array, columns: number): Float64Array => byRow(x, columns, probabilities);

/** What is added to a variance. */
export const epsilon = 1e-5;

/** (x - mean) / sqrt(variance + epsilon) * gain + bias. */
export const layerNorm = (x: Float64Array, gain: Float64Array, bias: Float64Array): Float64Array =>
  byRow(x, gain.length, (row) => {
    const mean = total(row) / row.length;
    const deviation = Math.sqrt(total(row.map((value) => (value - mean) ** 2)) / row.length + epsilon);
    return row.map((value, at) => ((value - mean) / deviation) * (gain[at] ?? 0) + (bias[at] ?? 0));
  });

export const embedding = (table: Float64Array, indices: Float64Array, features: number): Float64Array => {
  const result = new Float64Array(indices.length * features);
  for (const [at, row] of indices.entries())
    result.set(table.subarray(row * features, (row + 1) * features), at * features);
  return result;
};

/** The mean of -log softmax(logits)[label]. */
export const crossEntropy = (logits: Float64Array, labels: Float64Array, classes: number): Float64Array => {
  const shares = softmax(logits, classes);
  const logarithms = labels.map((label, row) => -Math.log(shares[row * classes + label] ?? 0));
  return Float64Array.of(total(logarithms) / labels.length);
};
