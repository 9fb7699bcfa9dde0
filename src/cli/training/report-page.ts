// A run as one HTML page that needs nothing beside it: what was run, curves as pictures within the page, a table of the
// epochs. No script is in it, and all texts are escaped.
import type { EpochRecord, History } from "../../training/history.ts";
import { drawCurves } from "./curves.ts";
import { printFigure } from "./figures.ts";

/** A part of a page that the caller has made; `html` stands there as it is. */
export interface ReportSection {
  /** Its heading. */
  readonly title: string;
  /** Its contents, as HTML. */
  readonly html: string;
}

/** What a page says beside the history. */
export interface ReportOptions {
  /** The heading of the page. */
  readonly title: string;
  /** Facts for the table at the top, by name. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Further parts, at the end. */
  readonly sections?: readonly ReportSection[];
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

const style = `
  :root { color-scheme: light dark; --line: #8884; --faint: #888; --best: #dd6b2022; }
  body { font: 15px/1.55 system-ui, sans-serif; max-width: 760px; margin: 2.5rem auto; padding: 0 1.2rem; }
  h1 { font-size: 1.6rem; font-weight: 600; margin: 0 0 1rem; } h2 { font-size: 1.1rem; font-weight: 600; margin: 2.2rem 0 0.6rem; }
  svg { max-width: 100%; height: auto; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1.5rem; margin: 0; }
  dt { color: var(--faint); } dd { margin: 0; }
  .wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; }
  th { font-weight: 500; color: var(--faint); } th, td { text-align: right; padding: 0.25rem 0 0.25rem 1.6rem; border-bottom: 1px solid var(--line); }
  th:first-child, td:first-child { padding-left: 0.4rem; } .best { background: var(--best); }
`;

const factList = (facts: Readonly<Record<string, string>>): string => {
  const items = Object.entries(facts).map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`);
  return items.length === 0 ? "" : `<dl>\n${items.join("\n")}\n</dl>`;
};

const epochRow = (record: EpochRecord, isBest: boolean): string => {
  const cells = Object.entries(record).map(
    ([name, value]) =>
      `<td>${name === "epoch" || name === "step" ? value.toLocaleString("en") : escaped(printFigure(value))}</td>`,
  );
  return `<tr${isBest ? ' class="best" title="the best epoch"' : ""}>${cells.join("")}</tr>`;
};

const epochTable = ({ epochs, best }: Pick<History, "epochs" | "best">): string => {
  const names = Object.keys(epochs[0] ?? {});
  const head = names.map((name) => `<th>${escaped(name)}</th>`).join("");
  const rows = epochs.map((record) => epochRow(record, record["epoch"] === best?.epoch));
  return `<div class="wide"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody>\n</table></div>`;
};

const section = (title: string, html: string): string => `<h2>${escaped(title)}</h2>\n${html}`;

/**
 * The page of a run as one HTML text that needs nothing beside it: facts, curves, a table of the epochs, and sections
 * of one's own.
 *
 * @throws W408 where vega or vega-lite is missing.
 * @example
 * const history = await fit(trainer, { data, epochs: 2 });
 * const page = await reportPage(history, { title: "Digits", facts: { model: "classifier" } });
 * page.startsWith("<!doctype html>"); // true
 */
export const reportPage = async (
  history: Pick<History, "steps" | "epochs" | "best">,
  { title, facts = {}, sections = [] }: ReportOptions,
): Promise<string> => {
  const curves = await drawCurves(history);
  const parts = [
    `<h1>${escaped(title)}</h1>`,
    factList(facts),
    ...curves.map(({ name, svg }) => section(name, svg)),
    ...(history.epochs.length === 0 ? [] : [section("epochs", epochTable(history))]),
    ...sections.map((each) => section(each.title, each.html)),
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
${parts.filter((part) => part !== "").join("\n")}
</html>
`;
};
