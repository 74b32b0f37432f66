import { CELL_LOOKS, type CellState, cellState } from "./cell_state.ts";
import { flakyDeviations } from "../flaky_deviations.ts";
import { type Markup, markup } from "./markup.ts";
import type { PageColumn } from "./page_column.ts";
import { link } from "./page_drawer.ts";

/** The order in which a bar shows its parts. */
const BAR: readonly CellState[] = [
  "broken",
  "surprise",
  "unfinished",
  "unkept",
  "known",
  "vacuous",
  "skipped",
  "held",
  "unjudged",
  "unscored",
];

/** A card for each subject: its verdict, its results, and the run that they are of. */
export function pageCards(columns: readonly PageColumn[]): Markup {
  return markup`<ul class="cards">${columns.map(card)}</ul>`;
}

function card(column: PageColumn): Markup {
  const { title, record, verdict } = column;
  const { header, problems, closing, results } = record;
  const { suite, subject, machine, worlds, seed, profiles, shard, only } = header;
  const states = [...column.standings.values()].map(cellState);
  const counts = BAR.map((state) => ({
    state,
    count: states.filter((one) => one === state).length,
  })).filter(({ count }) => count > 0);
  const cases = results.reduce((sum, result) => sum + result.cases, 0);
  const sometimes = flakyDeviations(results);
  const wrong = [...problems, ...(closing?.deviationProblems ?? [])];
  return markup`<li class="card ${verdict.replaceAll(" ", "-")}">
<h3>${title} <span class="version">${subject.version}</span></h3>
<p class="verdict">${verdict}</p>
<div class="bar" aria-hidden="true">${counts.map(({ state, count }) => markup`<span class="${state}" data-count="${count}"></span>`)}</div>
<ul class="counts">${counts.map(({ state, count }) => markup`<li><span class="sign ${state}" aria-hidden="true">${CELL_LOOKS[state].sign}</span> ${count} ${CELL_LOOKS[state].label}</li>`)}</ul>
${wrong.length > 0 && markup`<ul class="problems">${wrong.map((problem) => markup`<li>${problem}</li>`)}</ul>`}
<dl><div><dt>profiles</dt><dd>${profiles.join(", ")}</dd></div>
<div><dt>worlds</dt><dd>${worlds.join(", ")}; ${results.length} results, ${cases} cases</dd></div>
${
  sometimes !== undefined &&
  markup`<div><dt>list</dt><dd>${sometimes}</dd></div>
`
}<div><dt>suite</dt><dd>${suite.version}, ${header.set !== undefined && `set ${header.set.name}, `}seed ${seed}${shard !== undefined && `, shard ${shard.index} of ${shard.count}`}${only.length > 0 && `, only ${only.join(", ")}`}</dd></div>
<div><dt>machine</dt><dd>${machine.os} ${machine.arch}, Node ${machine.node}, ${machine.filesystem}</dd></div>
<div><dt>run</dt><dd><time datetime="${header.startedAt}">${header.startedAt.slice(0, 16).replace("T", " ")} UTC</time></dd></div></dl>
</li>`;
}

/** What the signs mean. */
export function pageLegend(): Markup {
  return markup`<details class="legend"><summary>What the signs mean</summary><dl>${(
    Object.keys(CELL_LOOKS) as CellState[]
  ).map((state) => {
    const { sign, label, meaning } = CELL_LOOKS[state];
    return markup`<div><dt><span class="sign ${state}" aria-hidden="true">${sign}</span> ${label}</dt><dd>${meaning}</dd></div>`;
  })}</dl></details>`;
}

/** The lists of known deviations. */
export function pageDeviations(columns: readonly PageColumn[]): Markup {
  const rows = columns.flatMap(({ title, record }) =>
    record.header.deviations.map(
      ({ requirement, scenario, reason, sometimes, issue, expires }) =>
        markup`<tr><td>${title}</td><td><a href="#${requirement}">${requirement}</a></td><td><code>${scenario}</code></td><td>${sometimes === true && "Sometimes: "}${reason} ${link(issue)}</td><td>${expires}</td></tr>`,
    ),
  );
  if (rows.length === 0) return markup``;
  return markup`<section aria-labelledby="deviations"><h2 id="deviations">Known deviations</h2>
<p>Listed scenarios still run. One that passes, fails differently or has expired makes its subject's verdict red; one marked "sometimes" may pass.</p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="deviations"><table class="deviations"><thead><tr><th scope="col">subject</th><th scope="col">requirement</th><th scope="col">scenario</th><th scope="col">why</th><th scope="col">until</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}
