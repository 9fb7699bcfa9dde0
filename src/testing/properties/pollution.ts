// Whether the objects of the language are still as they were: a reader that sets what a file names on an object can change all objects.

/** The prototypes and namespaces that files have been seen to reach. */
const watched: readonly (readonly [name: string, object: object])[] = [
  ["Object.prototype", Object.prototype],
  ["Array.prototype", Array.prototype],
  ["Function.prototype", Function.prototype],
  ["String.prototype", String.prototype],
  ["Number.prototype", Number.prototype],
  ["Map.prototype", Map.prototype],
  ["Uint8Array.prototype", Uint8Array.prototype],
  ["Object", Object],
  ["JSON", JSON],
  ["globalThis", globalThis],
];

/** Remembers them; gives a function that says in words which of them has changed since, if one has. */
export const pollution = (): (() => string | undefined) => {
  const before = watched.map(([, object]) => Reflect.ownKeys(object).length);
  return () => {
    const at = watched.findIndex(([, object], place) => Reflect.ownKeys(object).length !== before[place]);
    return at < 0 ? undefined : `${watched[at]?.[0]} has other properties than before`;
  };
};
