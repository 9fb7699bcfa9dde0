// Text in the type system: joining, ordering, and splitting outside parentheses.

/** The characters of dimensions in the order of their codes. */
type Characters = " ()*+-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/** Joins texts. */
export type JoinText<
  Parts extends readonly string[],
  Separator extends string,
  Result extends string = "",
> = Parts extends readonly [infer First extends string, ...infer Rest extends readonly string[]]
  ? JoinText<Rest, Separator, Result extends "" ? First : `${Result}${Separator}${First}`>
  : Result;

/** Whether A sorts before B, as `<` has it. */
export type Precedes<A extends string, B extends string> = A extends `${infer FirstA}${infer RestA}`
  ? B extends `${infer FirstB}${infer RestB}`
    ? FirstA extends FirstB
      ? Precedes<RestA, RestB>
      : Characters extends `${string}${FirstA}${string}${FirstB}${string}`
        ? true
        : false
    : false
  : B extends ""
    ? false
    : true;

/** Parts of a text between separators that stand outside all parentheses, each with the separator before it. */
export type SplitTop<
  Text extends string,
  Separator extends string,
  Before extends string = "",
  Part extends string = "",
  Depth extends readonly unknown[] = [],
  Result extends readonly unknown[] = readonly [],
> = Text extends `${infer Character}${infer Rest}`
  ? Character extends " "
    ? SplitTop<Rest, Separator, Before, Part, Depth, Result>
    : Character extends "("
      ? SplitTop<Rest, Separator, Before, `${Part}(`, [...Depth, unknown], Result>
      : Character extends ")"
        ? SplitTop<Rest, Separator, Before, `${Part})`, Depth extends [unknown, ...infer Outer] ? Outer : [], Result>
        : Depth extends []
          ? Character extends Separator
            ? SplitTop<
                Rest,
                Separator,
                Character,
                "",
                Depth,
                Part extends "" ? Result : readonly [...Result, readonly [before: Before, part: Part]]
              >
            : SplitTop<Rest, Separator, Before, `${Part}${Character}`, Depth, Result>
          : SplitTop<Rest, Separator, Before, `${Part}${Character}`, Depth, Result>
  : readonly [...Result, readonly [before: Before, part: Part]];
