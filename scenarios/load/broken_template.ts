/**
 * A chat template of many statements, as jinja2 renders it or with one thing wrong, in either place that a runtime reads.
 *
 * Invariants checked:
 * - The sound one is accepted, however it is written.
 * - The other is refused, with the file in which it is.
 */
import fc from "fast-check";
import {
  joinTemplate,
  jsonBytes,
  missingFinding,
  placeModel,
  TEMPLATE_BREAKS,
  type TemplateBreak,
  writeTemplate,
} from "../../harness/internal.ts";
import {
  anyModel,
  type ModelFile,
  scenario,
  type TinyModel,
  type Verdict,
  type World,
} from "../../harness/mod.ts";

const CONFIG = "tokenizer_config.json";
const JINJA = "chat_template.jinja";
const BREAKS = Object.keys(TEMPLATE_BREAKS) as TemplateBreak[];
/** Those that draw from a list of texts. */
const TEXTS: readonly TemplateBreak[] = [
  "something that stands nowhere",
  "something wrong at its end",
];
/** So many sound and so many wrong ones are tried in a case. */
const SOUND = 3;
const WRONGS = 6;
/** What `chat_template.json` holds where it says nothing. */
const WITHOUT_TEMPLATE = [{}, { chat_template: null }, { processor_class: "LlavaProcessor" }];
/** What is neither a text nor a list of named texts. */
const NO_TEMPLATES = [5, true, { a: 1 }, [{ name: "default" }]];

export const brokenTemplate = scenario({
  name: "load/broken_template",
  pieceBytes: [8192],
  covers: ["LOAD-TEMPLATE", "LOAD-SOUND"],
  given: {
    model: anyModel({ layers: 1, chatTemplate: "none" }),
    texts: fc.array(fc.array(fc.nat(10_000), { maxLength: 160, size: "max" }), {
      minLength: SOUND,
      maxLength: SOUND,
    }),
    // Each way has many places or texts, and most of the time is spent on what they have in common.
    wrongs: fc.array(
      fc.record({
        how: fc.constantFrom(...BREAKS, ...TEXTS, ...TEXTS, "no template" as const),
        choose: fc.nat(1_000_000),
      }),
      { minLength: WRONGS, maxLength: WRONGS },
    ),
    place: fc.constantFrom(
      "a file",
      "a file over another",
      "the configuration",
      "the configuration, beside a file of none",
      "a list",
    ),
    isDownloaded: fc.boolean(),
  },
  goals: ["a template in a file", "a template in the configuration"],
  async check({ model, texts, wrongs, place, isDownloaded }, world, verdict) {
    const choose = wrongs[0]?.choose ?? 0;
    for (const [at, numbers] of texts.entries()) {
      const value = joinTemplate(writeTemplate(numbers));
      const repository = `mlx-community/Template-${at + 1}bit`;
      await placeModel(world, withTemplate(model, { place, value, choose }), {
        repository,
        isDownloaded: isDownloaded && at === 0,
      });
      const { findings, loadable } = await verdict.attempt("LOAD-SOUND", () =>
        world.start().check({ repository }),
      );
      const blamed = findings.find(({ level }) => level === "error");
      verdict.holds(
        "LOAD-SOUND",
        loadable,
        () => `the template ${JSON.stringify(value)} is called broken: ${blamed?.detail}`,
      );
    }
    for (const [at, wrong] of wrongs.entries()) {
      const parts = writeTemplate(texts[at % texts.length] ?? []);
      await judgeBroken(
        { number: at + 1, model, parts, place, wrong, isDownloaded: isDownloaded && at === 0 },
        world,
        verdict,
      );
    }
    verdict.reached(
      place.startsWith("a file") ? "a template in a file" : "a template in the configuration",
    );
  },
});

interface Broken {
  /** Of the place of its own. */
  readonly number: number;
  readonly model: TinyModel;
  readonly parts: ReturnType<typeof writeTemplate>;
  readonly place: string;
  readonly wrong: { readonly how: TemplateBreak | "no template"; readonly choose: number };
  readonly isDownloaded: boolean;
}

async function judgeBroken(
  { number, model, parts, place, wrong: { how, choose }, isDownloaded }: Broken,
  world: World,
  verdict: Verdict,
): Promise<void> {
  const isNone = how === "no template" && !place.startsWith("a file");
  const value = isNone
    ? NO_TEMPLATES[choose % NO_TEMPLATES.length]
    : TEMPLATE_BREAKS[how === "no template" ? "a block is not closed" : how](parts, choose);
  const inPlace = isNone && place === "a list" ? "the configuration" : place;
  const repository = `mlx-community/Broken-${number}bit`;
  const files = withTemplate(model, { place: inPlace, value, choose });
  await placeModel(world, files, { repository, isDownloaded });
  const report = await verdict.attempt("LOAD-TEMPLATE", () => world.start().check({ repository }));
  const lack = missingFinding(report, {
    causes: ["bad-template"],
    paths: [place.startsWith("a file") ? JINJA : CONFIG],
  });
  verdict.holds(
    "LOAD-TEMPLATE",
    lack === undefined,
    () => `${how}, in ${place}: ${JSON.stringify(value)}: ${lack}`,
  );
}

/** Puts a template where a runtime reads it, beside one that is not used. */
function withTemplate(
  { files }: TinyModel,
  template: { readonly place: string; readonly value: unknown; readonly choose: number },
): ModelFile[] {
  const { place, value, choose } = template;
  if (place === "a file" || place === "a file over another") {
    const jinja = { path: JINJA, bytes: Buffer.from(String(value)), lfs: false };
    return [...(place === "a file" ? files : withConfig(files, "{{ 'unused' }}")), jinja];
  }
  if (place === "the configuration, beside a file of none") {
    const bytes = jsonBytes(WITHOUT_TEMPLATE[template.choose % WITHOUT_TEMPLATE.length]);
    return [...withConfig(files, value), { path: "chat_template.json", bytes, lfs: false }];
  }
  const named = [
    { name: "default", template: value },
    { name: "tool_use", template: "{{ messages[0]['content'] }}" },
  ];
  return withConfig(
    files,
    place === "a list" ? (choose % 2 === 0 ? named : named.toReversed()) : value,
  );
}

function withConfig(files: readonly ModelFile[], chat_template: unknown): ModelFile[] {
  return files.map((file) =>
    file.path === CONFIG
      ? {
          ...file,
          bytes: jsonBytes({
            ...(JSON.parse(new TextDecoder().decode(file.bytes)) as object),
            chat_template,
          }),
        }
      : file,
  );
}
