// What a fixture says of its own mistakes: below each line a comment with `^` under the place of the error, and what it says.
//
//   const q = matmul(x, w);
//   //                  ^ W203: matmul: inner dimensions differ: 768 vs 512 (f32[B, T, 768] x f32[512, 768])

const comment = /^\s*\/\/ *(?=\^)/;

/** The errors of a text, as `line:column what it says`; lines count comments. */
export const expectedErrors = (text: string): readonly string[] => {
  const lines = text.split("\n");
  return lines.flatMap((line, at) => {
    const before = comment.exec(line)?.[0];
    if (before === undefined) return [];
    const above = lines.slice(0, at).findLastIndex((other) => !comment.test(other));
    return [`${above + 1}:${before.length + 1} ${line.slice(before.length + 2)}`];
  });
};
