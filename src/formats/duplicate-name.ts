// A name that stands twice in one object of a JSON text. `JSON.parse` keeps the last of them and says nothing, so two readers of one
// file could see different tensors. Only for texts that `JSON.parse` accepts.

/** The characters that the search stops at: whatever else there is lies between them. */
const stop = /["{}[\],]/g;

/** Behind the closing quote of the string that starts at an offset. */
const endOfString = (text: string, start: number): number => {
  let end = start + 1;
  for (; text[end] !== '"' && end < text.length; end++) if (text[end] === "\\") end++;
  return end + 1;
};

/** The first name that stands twice in one object. */
export const duplicateName = (text: string): string | undefined => {
  /** The names of the objects around, and nothing for a list; the innermost last. */
  const around: (Set<string> | undefined)[] = [];
  let isName = false;
  stop.lastIndex = 0;
  for (let found = stop.exec(text); found !== null; found = stop.exec(text)) {
    const { 0: character, index } = found;
    const names = around.at(-1);
    if (character === '"') {
      const end = endOfString(text, index);
      stop.lastIndex = end;
      if (!isName || names === undefined) continue;
      // A string of a JSON text is a JSON text.
      const name = JSON.parse(text.slice(index, end)) as string;
      if (names.has(name)) return name;
      names.add(name);
      isName = false;
    } else if (character === "{" || character === "[") {
      around.push(character === "{" ? new Set() : undefined);
      isName = character === "{";
    } else if (character === ",") isName = names !== undefined;
    else {
      around.pop();
      isName = false;
    }
  }
  return undefined;
};
