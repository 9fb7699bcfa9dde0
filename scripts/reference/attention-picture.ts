// docs/attention-blocks.svg: which keys attention visits for each block of queries, under the options that hide keys.
import { keyBlock, rowBlock } from "../../src/ir/ops/attention-tiles.ts";
import { panelColumns } from "../../src/ir/ops/matmul-packing.ts";

const length = 1024;
const [side, gap, top] = [180, 24, 34];

/** The keys that a query sees: from the first, up to (not including) the last. */
interface Sight {
  readonly title: string;
  readonly first: (query: number) => number;
  readonly last: (query: number) => number;
}

const sights: readonly Sight[] = [
  { title: "full", first: () => 0, last: () => length },
  { title: "causal", first: () => 0, last: (query) => query + 1 },
  { title: "causal, window: 128", first: (query) => Math.max(0, query - 127), last: (query) => query + 1 },
  { title: "causal, prefix: 320", first: () => 0, last: (query) => Math.max(320, query + 1) },
];

const scaled = (position: number): string => ((position * side) / length).toFixed(1);

const rectangle = (x: number, y: number, width: number, height: number, style: string): string =>
  `<rect x="${scaled(x)}" y="${scaled(y)}" width="${scaled(width)}" height="${scaled(height)}" ${style}/>`;

/** What is computed for the queries of each block: keys from a whole panel on, block by block, up to the last one seen. */
interface Visited {
  readonly blocks: readonly string[];
  readonly pairs: number;
}

const visited = ({ first, last }: Sight): Visited => {
  const blocks: string[] = [];
  let pairs = 0;
  for (let row = 0; row < length; row += rowBlock) {
    const height = Math.min(rowBlock, length - row);
    // What is seen only moves on from query to query.
    const [from, to] = [Math.floor(first(row) / panelColumns) * panelColumns, last(row + height - 1)];
    pairs += height * (to - from);
    for (let column = from; column < to; column += keyBlock) {
      const width = Math.min(keyBlock, to - column);
      blocks.push(rectangle(column, row, width, height, 'fill="#9ecae1" stroke="white" stroke-width="0.7"'));
    }
  }
  return { blocks, pairs };
};

/** The pairs of query and key that count. */
const seen = ({ first, last }: Sight): string => {
  const queries = Array.from({ length: length / 32 }, (_, step) => 32 * step);
  const right = queries.map((query) => `${scaled(last(query))},${scaled(query)}`);
  const left = queries.map((query) => `${scaled(first(query))},${scaled(query)}`).reverse();
  const below = [last, first].map((edge) => `${scaled(edge(length - 1))},${scaled(length)}`);
  return `<polygon points="${[...right, ...below, ...left].join(" ")}" fill="#08519c" fill-opacity="0.55"/>`;
};

const drawing = (sight: Sight, at: number): string => {
  const { blocks, pairs } = visited(sight);
  return [
    `<g transform="translate(${gap + at * (side + gap)},${top})">`,
    `<text y="-18" font-weight="bold">${sight.title}</text>`,
    `<text y="-5">${((100 * pairs) / length ** 2).toFixed(0)} % computed</text>`,
    rectangle(0, 0, length, length, 'fill="#f4f4f4"'),
    ...blocks,
    seen(sight),
    "</g>",
  ].join("\n");
};

/** The picture: queries below each other, keys side by side. */
export const attentionPicture = (): string => {
  const width = gap + sights.length * (side + gap);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${side + top + gap}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...sights.map(drawing),
    `<text x="${gap}" y="${side + top + 16}">${length} queries (down) and keys (across), in blocks of ${rowBlock} and at most ${keyBlock}; dark: pairs that count, light: pairs computed beside them</text>`,
    "</svg>\n",
  ].join("\n");
};
