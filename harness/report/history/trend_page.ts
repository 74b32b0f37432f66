import { createHash } from "node:crypto";
import { GRADES } from "../../../spec/sets/mod.ts";
import { Markup, markup } from "../html/markup.ts";
import type { HistoryRow } from "./history_row.ts";
import { type ClientTrend, historyTrends, type TrendStep } from "./history_trend.ts";

/** Light and dark; a state is never shown by its colour alone. */
const STYLE = `
:root { color-scheme: light dark; --page: light-dark(#f6f7f9, #0f1216); --card: light-dark(#fff, #171b21); --line: light-dark(#d9dde4, #2c343f); --text: light-dark(#15191f, #e7ebf0); --soft: light-dark(#525c69, #a3aebb); --good: light-dark(#116b35, #62d08a); --bad: light-dark(#a51520, #ff9a95); --warn: light-dark(#7d4e00, #f3c063); }
body { margin: 0 auto; max-width: 76rem; padding: 1rem 1.25rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
section { margin: 1.25rem 0; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
h1 { font-size: 1.5rem; margin: .5rem 0; }
h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
p { margin: .25rem 0; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { padding: .35rem .6rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; }
thead th { border-top: 0; color: var(--soft); font-size: .82rem; white-space: nowrap; }
td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
svg { display: block; width: 9rem; height: .7rem; }
code { font-size: .85em; overflow-wrap: anywhere; }
`;

/**
 * Writes a history as one self-contained HTML page that asks for nothing: each client by version, with what changed from one
 * to the next.
 */
export function trendPage(rows: readonly HistoryRow[]): string {
  const trends = historyTrends(rows);
  const digest = createHash("sha256").update(STYLE).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Clients by version</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main><h1>Clients by version</h1>
<p>${trends.length === 1 ? "One client" : `${trends.length} clients`}, judged by frozen sets of requirements for MLX models on disk. A number counts MUST requirements of the profiles that a client claims, under the faults of the suite; most of what is broken here was never promised. A requirement is <em>not shown</em> where no case got far enough.</p>
${trends.map(section)}
</main>
<footer><p>Made by <code>mlx-conform trend</code>.</p></footer>
</body>
</html>
`;
  return page.text;
}

function section({ client, set, steps }: ClientTrend): Markup {
  const grades = GRADES.map((grade) => markup`<th scope="col">${grade}</th>`);
  return markup`<section aria-labelledby="${client}-${set}"><h2 id="${client}-${set}">${client}, set ${set}</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="${client}-${set}"><table>
<thead><tr><th scope="col">version</th><th scope="col">grade</th>${grades}<th scope="col">held</th><th scope="col">broken</th><th scope="col">not shown</th><th scope="col">share</th><th scope="col">since the version before</th><th scope="col">judged</th></tr></thead>
<tbody>${steps.map(line)}</tbody></table></div></section>
`;
}

function line({ row, mended, newlyBroken }: TrendStep): Markup {
  const grades = GRADES.map((grade) => {
    const [held, of] = row.grades[grade];
    return markup`<td class="number">${held} of ${of}</td>`;
  });
  return markup`<tr><th scope="row">${row.version}</th><td>${row.grade}</td>${grades}<td class="number good">${row.held.length}</td><td class="number bad">${row.broken.length}</td><td class="number warn">${row.notShown.length}</td><td>${bar(row)}</td><td>${changes("now held", mended)}${changes("now broken", newlyBroken)}</td><td class="number"><time datetime="${row.judged}">${row.judged}</time>, ${row.cases} cases</td></tr>
`;
}

function changes(word: string, ids: readonly string[]): Markup | false {
  return ids.length > 0 && markup`<div>${word}: <code>${ids.join(", ")}</code></div>`;
}

/** The counts beside it say the same in words. */
function bar({ held, broken, notShown }: HistoryRow): Markup {
  const parts = [
    { name: "good", count: held.length },
    { name: "bad", count: broken.length },
    { name: "warn", count: notShown.length },
  ];
  const all = Math.max(
    1,
    parts.reduce((sum, { count }) => sum + count, 0),
  );
  let x = 0;
  const rects = parts.map(({ name, count }) => {
    const width = (count / all) * 100;
    const rect = markup`<rect class="${name}" fill="currentColor" x="${x.toFixed(2)}" y="0" width="${width.toFixed(2)}" height="10"/>`;
    x += width;
    return rect;
  });
  return markup`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${rects}</svg>`;
}
