// "Did you mean ...?": the known name that a misspelt one is nearest to.

/** How many letters must be added, removed or replaced to make `b` of `a` (Levenshtein). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let position = 0; position < a.length; position++) {
    const next = [position + 1];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (a[position] === b[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? a.length;
};

/** Names longer than this are compared with nothing: they were not misspelt by hand. */
const longest = 64;

/** Whether a name is how another begins, as `eps` is of `epsilon`. */
const isShort = (name: string, known: string): boolean =>
  name.length > 2 && name.length < known.length && known.startsWith(name);

/** The nearest of the known names; undefined where none is near enough to have been meant. */
export const nearestName = (name: string, known: readonly string[]): string | undefined => {
  // Callers without a type checker may give anything for a name.
  if (typeof name !== "string" || name.length > longest) return undefined;
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    if (isShort(name, candidate)) return candidate;
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const away = candidate.toLowerCase() === name.toLowerCase() ? 0 : distance(name, candidate);
    if (away >= least) continue;
    least = away;
    nearest = candidate;
  }
  return nearest;
};
