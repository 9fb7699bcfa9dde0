// Prints how many injected defects the oracle catches and how tight its bounds are; `npm run detection -- 20000` for more graphs.
import { measure } from "./detection/measure.ts";

const [count = "4000", seed = "1"] = process.argv.slice(2);
const { graphs, falseAlarms, detections, tightness, elements, uninformative, illConditioned } = measure(
  Number(count),
  Number(seed),
);
const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`;
const quantile = (q: number): string =>
  (tightness[Math.floor(q * (tightness.length - 1))] ?? Number.NaN).toPrecision(3);

console.log(`${graphs} graphs, ${falseAlarms} false alarms`);
for (const { name, touched, caught } of detections)
  console.log(
    `  ${name.padEnd(32)} caught in ${percent(caught, touched).padStart(7)} of ${touched} graphs that it changes`,
  );
console.log(`bound / actual error: p5 ${quantile(0.05)}, median ${quantile(0.5)}, p95 ${quantile(0.95)}`);
console.log(
  `${elements} elements: ${percent(uninformative, elements)} uninformative, ${percent(illConditioned, elements)} ill-conditioned`,
);
