// Gives locals that are never alive together one place, where they have one type and a name in common: `acc0` of one tile
// and `acc8` of the next. Code then repeats itself, which compresses, and locals of a type stand together, so that their
// declaration is short. Every local is written before it is read, wherever it is read; so it is alive, at most, from the
// first to the last statement that mentions it in the innermost block around all its mentions.
import type { Instruction, Local } from "./instruction.ts";
import { blocksOf, mapBlocks, mapOperands, visitOperands } from "./walk.ts";

/** The first and the last statement, counted through the function, between which a local is alive. */
interface Span {
  readonly first: number;
  readonly last: number;
}

type Spans = Map<number, Span>;

/** Adds what is mentioned at one more place of a block or a statement; `all` is the whole of it so far. */
const join = (spans: Spans, more: Spans, whole: (span: Span, other: Span) => Span): void => {
  for (const [local, span] of more) {
    const known = spans.get(local);
    spans.set(local, known === undefined ? span : whole(known, span));
  }
};

/** The spans of all locals of a function. */
const spansOf = (body: readonly Instruction[]): Spans => {
  let count = 0;
  /** Each local of a statement with the part of it (a block, or all) that it is alive in. */
  const ofStatement = (statement: Instruction): { readonly all: Span; readonly spans: Spans } => {
    const first = count++;
    const direct: Spans = new Map();
    visitOperands(statement, (each) => {
      if (each.kind === "local") direct.set(each.local, { first, last: first });
    });
    const blocks = blocksOf(statement).map(ofBlock);
    const all: Span = { first, last: count - 1 };
    const spans = direct;
    for (const block of blocks) join(spans, block, () => all);
    return { all, spans };
  };
  const ofBlock = (block: readonly Instruction[]): Spans => {
    const spans: Spans = new Map();
    const wholes = new Map<number, Span>();
    for (const statement of block) {
      const { all, spans: inner } = ofStatement(statement);
      for (const [local, span] of inner) {
        const whole = wholes.get(local);
        spans.set(local, whole === undefined ? span : { first: whole.first, last: all.last });
        wholes.set(local, whole === undefined ? all : { first: whole.first, last: all.last });
      }
    }
    return spans;
  };
  return ofBlock(body);
};

/** A place, and the last statement that needs what is in it. */
interface Place extends Local {
  last: number;
}

/** The locals that a body needs, and the body with the locals it mentions replaced by them. */
export const shareLocals = (
  parameters: readonly Local[],
  locals: readonly Local[],
  body: readonly Instruction[],
): { readonly locals: readonly Local[]; readonly body: readonly Instruction[] } => {
  const places: Place[] = [];
  const alike = new Map<string, Place[]>();
  const placeOf = new Map<number, Place>();
  const spans = [...spansOf(body)].sort(([, a], [, b]) => a.first - b.first);
  for (const [local, { first, last }] of spans) {
    const wanted = locals[local - parameters.length];
    if (wanted === undefined) continue;
    const key = `${wanted.type} ${wanted.name.replace(/_?\d+$/, "")}`;
    const known = alike.get(key) ?? [];
    const free = known.find((each) => each.last < first);
    const place = free ?? { ...wanted, last };
    place.last = last;
    if (free === undefined) {
      places.push(place);
      alike.set(key, [...known, place]);
    }
    placeOf.set(local, place);
  }
  const order = ["i32", "v128", "f32", "f64"];
  const sorted = places.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
  const positions = new Map(sorted.map((place, at) => [place, at + parameters.length]));
  const renumber = (instruction: Instruction): Instruction => {
    const inner = mapBlocks(mapOperands(instruction, renumber), (block) => block.map(renumber));
    const place = inner.kind === "local" ? placeOf.get(inner.local) : undefined;
    return inner.kind === "local" && place !== undefined
      ? { ...inner, local: positions.get(place) ?? inner.local }
      : inner;
  };
  return { locals: sorted.map(({ name, type }) => ({ name, type })), body: body.map(renumber) };
};
