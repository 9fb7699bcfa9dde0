// What a table of frequencies knows of a text: the bar that a network has to pass.

const counts = (text: string, size: number): ReadonlyMap<string, number> => {
  const times = new Map<string, number>();
  for (let at = 0; at + size <= text.length; at++) {
    const gram = text.slice(at, at + size);
    times.set(gram, (times.get(gram) ?? 0) + 1);
  }
  return times;
};

/** The entropy in nats of a letter, given so many letters before it: - Σ p(before, letter) log p(letter | before). */
export const tableEntropy = (text: string, before: number): number => {
  const [grams, prefixes] = [counts(text, before + 1), counts(text, before)];
  return [...grams].reduce((sum, [gram, times]) => {
    const conditional = times / (prefixes.get(gram.slice(0, before)) ?? times);
    return sum - (times / text.length) * Math.log(conditional);
  }, 0);
};
