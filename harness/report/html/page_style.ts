/**
 * How the page looks: light and dark, on a phone and on a desk. The colours of each state keep a contrast of 4.5 to 1 with what
 * lies below them, which a test measures.
 */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f7f9, #0f1216);
  --card: light-dark(#ffffff, #171b21);
  --raised: light-dark(#eef0f4, #1f252d);
  --line: light-dark(#d9dde4, #2c343f);
  --text: light-dark(#15191f, #e7ebf0);
  --soft: light-dark(#525c69, #a3aebb);
  --link: light-dark(#0b57c2, #8ab8ff);
  --good: light-dark(#116b35, #62d08a);
  --good-back: light-dark(#e3f5e9, #12301f);
  --bad: light-dark(#a51520, #ff9a95);
  --bad-back: light-dark(#fde7e6, #43181a);
  --warn: light-dark(#7d4e00, #f3c063);
  --warn-back: light-dark(#fdf1d8, #38290c);
  --odd: light-dark(#5a3ea6, #c4b1ff);
  --odd-back: light-dark(#efeafc, #2a2247);
  --none: light-dark(#525c69, #a3aebb);
  --none-back: light-dark(#eceff3, #232a33);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Roboto Mono", Menlo, Consolas, monospace;
}
* { box-sizing: border-box; }
html { scroll-padding-top: calc(var(--filter-height, 5rem) + var(--head-height, 6rem) + .5rem); }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, main, footer { max-width: 84rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.25rem; }
footer { padding-block: 2rem; color: var(--soft); font-size: .875rem; }
h1 { margin: 0; font-size: clamp(1.6rem, 4vw, 2.25rem); line-height: 1.2; letter-spacing: -.02em; }
h2 { margin: 2.25rem 0 .75rem; font-size: 1.25rem; letter-spacing: -.01em; }
h3, h4 { margin: 0; font-size: 1rem; }
p { margin: .5rem 0; }
.lead { max-width: 46rem; color: var(--soft); font-size: 1.05rem; }
a { color: var(--link); overflow-wrap: anywhere; }
code, pre { font-family: var(--mono); font-size: .86em; }
code { overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
[hidden] { display: none !important; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .5rem 1rem; z-index: 5; }
.version { color: var(--soft); font-weight: 400; font-size: .875rem; }

.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 1rem; list-style: none; margin: 0; padding: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-top: 4px solid var(--bad); border-radius: 10px; padding: 1rem 1.1rem; }
.card.conformant { border-top-color: var(--good); }
.card.conformant-with-deviations { border-top-color: var(--odd); }
.card.partial { border-top-color: var(--warn); }
.verdict { margin: .1rem 0 .75rem; font-size: 1.15rem; font-weight: 650; color: var(--bad); }
.conformant > .verdict { color: var(--good); }
.conformant-with-deviations > .verdict { color: var(--odd); }
.partial > .verdict { color: var(--warn); }
.bar { display: flex; gap: 2px; height: .6rem; border-radius: 5px; overflow: hidden; }
.bar > span { flex: 1 1 0; min-width: 3px; background: currentColor; }
.counts { display: flex; flex-wrap: wrap; gap: .2rem .9rem; list-style: none; margin: .6rem 0; padding: 0; font-size: .9rem; }
.card dl { margin: .75rem 0 0; padding-top: .6rem; border-top: 1px solid var(--line); font-size: .82rem; color: var(--soft); }
.card dl div { display: flex; gap: .6rem; }
.card dt { flex: 0 0 4.2rem; }
.card dd { margin: 0; overflow-wrap: anywhere; }
.problems { margin: .5rem 0; padding: .5rem .5rem .5rem 1.6rem; background: var(--bad-back); color: var(--bad); border-radius: 6px; font-size: .9rem; overflow-wrap: anywhere; }

.held { color: var(--good); }
.broken, .surprise, .unfinished { color: var(--bad); }
.unkept, .vacuous { color: var(--warn); }
.known { color: var(--odd); }
.skipped, .unjudged, .unscored { color: var(--none); }
.bar .unjudged, .bar .unscored, .bar .skipped { color: var(--line); }

.legend { font-size: .9rem; }
summary { cursor: pointer; padding: .35rem 0; color: var(--link); }
.legend dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: .3rem 1.5rem; margin: .25rem 0 1rem; }
.legend dl div { display: flex; gap: .6rem; }
.legend dt { flex: 0 0 6.5rem; font-weight: 600; }
.legend dd { margin: 0; color: var(--soft); }
.sign { display: inline-block; min-width: 1.1em; text-align: center; font-weight: 700; }

.filter { position: sticky; top: 0; z-index: 3; display: flex; flex-wrap: wrap; align-items: end; gap: .5rem .75rem; margin: .5rem 0 0; padding: .7rem 0; background: var(--page); border-bottom: 1px solid var(--line); }
.filter label { display: grid; gap: .15rem; font-size: .78rem; color: var(--soft); }
.filter .wide { flex: 1 1 14rem; }
input, select, button { font: inherit; font-size: .95rem; color: var(--text); background: var(--card); border: 1px solid light-dark(#8b95a3, #5d6876); border-radius: 6px; padding: .35rem .55rem; min-height: 2.4rem; }
button { cursor: pointer; }
input { width: 100%; }
::placeholder { color: var(--soft); opacity: 1; }
output { min-width: 5.5rem; padding-block: .5rem; font-size: .9rem; color: var(--soft); font-variant-numeric: tabular-nums; }

.matrix { width: 100%; border-collapse: separate; border-spacing: 0; background: var(--card); border: 1px solid var(--line); border-top: 0; border-radius: 0 0 10px 10px; }
.matrix th, .matrix td { padding: .55rem .7rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; }
.matrix thead th { border-top: 0; background: var(--raised); vertical-align: bottom; font-size: .875rem; line-height: 1.3; }
.matrix thead .name { font-weight: 650; overflow-wrap: break-word; }
.many .matrix thead th { position: static; }
.many header, .many main, .many footer { max-width: 140rem; }
.matrix thead .mark { display: block; color: var(--soft); font-size: .78rem; }
.area th { background: var(--raised); }
.area h3 { font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
.requirement > th { min-width: 20rem; width: 100%; }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; }
.toggle { border: 0; background: none; padding: .1rem 0; min-height: 1.6rem; font-family: var(--mono); font-size: .9rem; font-weight: 650; color: var(--link); text-align: left; }
.toggle::before { content: "▸"; display: inline-block; width: 1.1em; transition: transform .12s; }
.toggle[aria-expanded="true"]::before { transform: rotate(90deg); }
.level { font-size: .7rem; font-weight: 600; letter-spacing: .04em; padding: .05rem .4rem; border-radius: 99px; background: var(--none-back); color: var(--none); }
.level.must { background: light-dark(#e4ecfb, #1b2a44); color: light-dark(#123f87, #a9c8ff); }
.sentence { display: block; margin-top: .1rem; max-width: 62rem; color: var(--soft); font-size: .9rem; }
.matrix td .state { display: inline-flex; align-items: center; gap: .15rem; padding: .15rem .5rem; min-height: 1.75rem; border: 1px solid transparent; border-radius: 99px; background: none; color: inherit; font-size: .84rem; white-space: nowrap; }
.matrix td button.state { border-color: currentColor; }
td.broken .state, td.surprise .state, td.unfinished .state { background: var(--bad-back); }
td.unkept .state, td.vacuous .state { background: var(--warn-back); }
td.known .state { background: var(--odd-back); }
td.skipped .state { background: var(--none-back); }
td .of { display: none; }
.requirement:has(+ .drawer:not([hidden])) { background: var(--raised); }

.drawer > td { padding: 0; border-top: 0; background: var(--raised); }
/* What is inside says nothing of how wide the table is. */
.drawer-body { contain: inline-size; padding: .2rem 1.1rem 1.1rem 1.9rem; }
.many .drawer-body { position: sticky; left: 0; width: min(100%, calc(100vw - 4.5rem)); }
.reasons { max-width: 62rem; margin: .5rem 0 0; font-size: .9rem; }
.reasons div { display: flex; gap: .6rem; margin-top: .3rem; }
.reasons dt { flex: 0 0 3.6rem; font-weight: 600; }
.reasons dd { margin: 0; min-width: 0; overflow-wrap: anywhere; color: var(--soft); }
.facts { font-size: .85rem; color: var(--soft); }
.subject { margin-top: .75rem; padding: .75rem .9rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.pill { padding: .1rem .5rem; border-radius: 99px; border: 1px solid currentColor; font-size: .82rem; }
.results { list-style: none; margin: .4rem 0 0; padding: 0; }
.results > li + li { border-top: 1px dashed var(--line); padding-top: .3rem; }
.result { margin: .25rem 0; font-size: .9rem; }
.reason, .signature, .none { margin: .25rem 0; font-size: .9rem; color: var(--soft); }
.status { font-weight: 650; }
.status.pass { color: var(--good); }
.status.fail, .status.error, .status.timeout, .status[class*="subject-"], .status.unexpected-pass { color: var(--bad); }
.status.vacuous { color: var(--warn); }
.status.expected-fail { color: var(--odd); }
.status.skip { color: var(--none); }
pre { margin: .4rem 0; padding: .7rem .8rem; max-height: 26rem; overflow: auto; background: var(--page); border: 1px solid var(--line); border-radius: 6px; line-height: 1.45; }
pre.story { white-space: pre-wrap; overflow-wrap: anywhere; border-left: 4px solid var(--bad); }
pre.file { white-space: pre-wrap; overflow-wrap: anywhere; }
.nothing { padding: 2rem; text-align: center; color: var(--soft); }

.scroll { overflow-x: auto; }
.deviations { width: 100%; border-collapse: collapse; font-size: .9rem; background: var(--card); }
.deviations th, .deviations td { padding: .45rem .7rem; border: 1px solid var(--line); text-align: left; vertical-align: top; }

@media (min-width: 48rem) {
  .matrix thead th { position: sticky; top: var(--filter-height, 4.9rem); z-index: 2; }
}
@media (max-width: 47.99rem) {
  header, main, footer { padding-inline: .9rem; }
  html { scroll-padding-top: 1rem; }
  .filter { position: static; }
  .filter label:not(.wide) { flex: 1 1 6.5rem; }
  .filter select { width: 100%; }
  .matrix, .matrix tbody, .matrix tr, .matrix th, .matrix td { display: block; }
  .matrix { border-top: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
  .matrix thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .requirement { display: flex !important; flex-wrap: wrap; gap: .3rem .6rem; padding: .7rem .8rem; border-top: 1px solid var(--line); }
  .requirement > th { min-width: 0; flex: 1 1 100%; }
  .requirement > th, .requirement > td { padding: 0; border: 0; }
  .requirement > td { flex: 1 1 100%; display: flex !important; justify-content: space-between; align-items: center; gap: .5rem; font-size: .84rem; }
  .requirement > td .of { display: inline; color: var(--soft); }
  .matrix td .state { min-height: 2rem; }
  .drawer-body { padding: .2rem .8rem .9rem; }
  .toggle { min-height: 2rem; }
}
@media (scripting: none) {
  .drawer[hidden] { display: table-row !important; }
  .filter, .bar, .save { display: none; }
}
@media (prefers-reduced-motion: reduce) { .toggle::before { transition: none; } }
@media print {
  .filter, .skip { display: none; }
  .matrix thead th { position: static; }
}
`;
