import type { RecordRequirement, RecordResult } from "../record/run_record.ts";
import { CELL_LOOKS, cellState } from "./cell_state.ts";
import { REQUIREMENTS, type RequirementId } from "../../../spec/mod.ts";
import { shellWord, subjectOptions } from "../../subjects/subject_text.ts";
import { requirementReasons } from "../requirement_reasons.ts";
import { type Markup, markup, withCode } from "./markup.ts";
import type { PageColumn } from "./page_column.ts";

/** The details of a requirement, subject by subject: scenarios, failures, traces, replays. */
export function pageDrawer(requirement: RecordRequirement, columns: readonly PageColumn[]): Markup {
  const { id, level, profile, document } = requirement;
  return markup`<div class="drawer-body">
<p class="facts">${level} · profile ${profile} · <code>spec/${document}.md</code> · <a href="#${id}">link to ${id}</a></p>
${reasonsOf(requirement)}
${columns.map((column) => subjectSection(requirement, column))}
</div>`;
}

/** Why the requirement is one and what breaks it, if this version of the spec has the same sentence. */
function reasonsOf({ id, text }: RecordRequirement): Markup | false {
  const own = (REQUIREMENTS as Readonly<Record<string, { readonly text: string }>>)[id];
  if (own?.text !== text) return false;
  const { why, judged } = requirementReasons(id as RequirementId);
  return markup`<dl class="reasons"><div><dt>Why</dt><dd>${withCode(why)}</dd></div><div><dt>Judged</dt><dd>${withCode(judged)}</dd></div></dl>`;
}

function subjectSection({ id }: RecordRequirement, column: PageColumn): Markup {
  const standing = column.standings.get(id);
  if (standing === undefined) return markup``;
  const state = cellState(standing);
  const { sign, label } = CELL_LOOKS[state];
  const results = standing.results.toSorted((one, other) => rankOf(one, id) - rankOf(other, id));
  return markup`<div class="subject" role="group" aria-labelledby="${id}-${column.key}">
<h4 id="${id}-${column.key}" tabindex="-1"><span class="pill ${state}"><span aria-hidden="true">${sign}</span> ${label}</span> ${column.title} <span class="version">${column.record.header.subject.version}</span></h4>
${results.length === 0 && markup`<p class="none">No scenario of this run covers it.</p>`}
<ul class="results">${results.map((result) => resultItem(result, { id, column }))}</ul>
</div>`;
}

/** What broke this requirement comes first, then what else did not pass. */
function rankOf({ status, breakage, further = [] }: RecordResult, id: string): number {
  if (status === "pass") return 2;
  return [breakage, ...further].some((promise) => promise?.requirement === id) ? 0 : 1;
}

/** Of what a result is shown. */
interface ResultPlace {
  readonly id: string;
  readonly column: PageColumn;
}

function resultItem(result: RecordResult, place: ResultPlace): Markup {
  const { id } = place;
  const { scenario, world, status, judged, skipped, durationMs } = result;
  const counts: Readonly<Record<string, number>> = judged;
  const reasons: Readonly<Record<string, string>> = skipped;
  const reason = reasons[id];
  const cases = counts[id] ?? 0;
  return markup`<li>
<p class="result"><span class="status ${status}">${status}</span> <code>${scenario}</code> in ${world}, ${cases} ${cases === 1 ? "case" : "cases"}, ${(durationMs / 1000).toFixed(1)} s</p>
${reason !== undefined && markup`<p class="reason">${reason}</p>`}
${result.vacuity.map((why) => markup`<p class="reason">${why}</p>`)}
${failure(result, place)}
</li>`;
}

/** A failure is reported under the requirement that it broke; elsewhere a scenario is only named. */
function failure(result: RecordResult, { id, column }: ResultPlace): Markup {
  const { story, breakage, deviation, trace, replay, signature } = result;
  const { further = [] } = result;
  const isAboutThis = [breakage, ...further].some((promise) => promise?.requirement === id);
  const isAboutOther = breakage?.requirement !== undefined && !isAboutThis;
  if (isAboutOther) {
    return markup`<p class="reason">It broke <a href="#${breakage.requirement}">${breakage.requirement}</a>, before this requirement could be tested further.</p>`;
  }
  return markup`${deviation !== undefined && markup`<p class="reason">Known deviation${deviation.sometimes === true && ` that occurs sometimes${result.status === "pass" ? ", not in this run" : ""}`}: ${deviation.reason} ${link(deviation.issue)}</p>`}
${story !== undefined && markup`<pre class="story" tabindex="0" role="group" aria-label="Failure of ${result.scenario} in ${result.world}">${story}</pre>`}
${signature !== undefined && markup`<p class="signature">Signature: <code>${signature}</code></p>`}
${trace !== undefined && markup`<details><summary>Trace, ${trace.length} lines</summary><pre tabindex="0" role="group" aria-label="Trace of ${result.scenario} in ${result.world}">${trace.join("\n")}</pre></details>`}
${replay !== undefined && markup`<details><summary>Replay <code>${replay.name}</code></summary><p><button type="button" class="save" data-name="${replay.name}">Save the file</button> and repeat it with <code>${replayCommand(replay.name, column)}</code></p><pre class="file" tabindex="0" role="group" aria-label="Replay ${replay.name}">${replay.content}</pre></details>`}`;
}

/** The whole command that repeats a failure by its file. */
function replayCommand(name: string, { record }: PageColumn): string {
  const { command } = record.header.subject;
  const who = command === undefined ? "" : ` ${subjectOptions(command)}`;
  return `mlx-conform replay ${shellWord(name)}${who} --trace`;
}

/** An address from a record is a link only if it is a web address. */
export function link(address: string): Markup {
  if (!/^https?:\/\//.test(address)) return markup`${address}`;
  return markup`<a href="${address}" rel="noreferrer">${address.replace(/^https?:\/\//, "")}</a>`;
}
