// Gives locals that are never alive together one place, where they have one type and a name in common: `acc0` of one tile
// and `acc8` of the next. Code then repeats itself, which compresses, and locals of a type stand together, so that their
// declaration is short. Every local is written before it is read, wherever it is read; so it is alive, at most, from the
// first to the last statement that mentions it in the innermost block around all its mentions.
import type { Instruction, Local } from "./instruction.ts";
import { blocksOf, hasBlocks, mapBlocks, mapOperands, visitOperands } from "./walk.ts";

/** The first and the last statement, counted through the function, between which a local is alive. */
interface Span {
  readonly first: number;
  readonly last: number;
}

type Spans = Map<number, Span>;

/** The spans of all locals of a function. */
const spansOf = (body: readonly Instruction[]): Spans => {
  let count = 0;
  /** What a statement with blocks mentions. */
  const ofNested = (statement: Instruction, first: number): Spans => {
    const spans: Spans = new Map();
    visitOperands(statement, (each) => {
      if (each.kind === "local") spans.set(each.local, { first, last: first });
    });
    const blocks = blocksOf(statement).map(ofBlock);
    const all: Span = { first, last: count - 1 };
    // What is mentioned in one of its blocks alone may be alive for less than the whole statement.
    for (const block of blocks) for (const [local, span] of block) spans.set(local, spans.has(local) ? all : span);
    return spans;
  };
  const ofBlock = (block: readonly Instruction[]): Spans => {
    const spans: Spans = new Map();
    const firsts = new Map<number, number>();
    const mention = (local: number, span: Span, first: number, last: number): void => {
      const before = firsts.get(local);
      spans.set(local, before === undefined ? span : { first: before, last });
      if (before === undefined) firsts.set(local, first);
    };
    for (const statement of block) {
      const first = count++;
      if (hasBlocks(statement)) {
        const inner = ofNested(statement, first);
        for (const [local, span] of inner) mention(local, span, first, count - 1);
        continue;
      }
      const span: Span = { first, last: first };
      visitOperands(statement, (each) => {
        if (each.kind === "local") mention(each.local, span, first, first);
      });
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
      known.push(place);
      alike.set(key, known);
    }
    placeOf.set(local, place);
  }
  const order = ["i32", "v128", "f32", "f64"];
  const sorted = places.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
  const positions = new Map(sorted.map((place, at) => [place, at + parameters.length]));
  const numbers = new Map([...placeOf].map(([local, place]) => [local, positions.get(place) ?? local]));
  const inBlock = (block: readonly Instruction[]): readonly Instruction[] => block.map(renumber);
  const renumber = (instruction: Instruction): Instruction => {
    const inner = mapOperands(instruction, renumber);
    if (inner.kind !== "local") return mapBlocks(inner, inBlock);
    const local = numbers.get(inner.local) ?? inner.local;
    return local === inner.local ? inner : { kind: "local", op: inner.op, local, operands: inner.operands };
  };
  return { locals: sorted.map(({ name, type }) => ({ name, type })), body: body.map(renumber) };
};
