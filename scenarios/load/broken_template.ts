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
import { anyModel, type ModelFile, scenario, type TinyModel } from "../../harness/mod.ts";

const CONFIG = "tokenizer_config.json";
const JINJA = "chat_template.jinja";
const BREAKS = Object.keys(TEMPLATE_BREAKS) as TemplateBreak[];
/** What is neither a text nor a list of named texts. */
const NO_TEMPLATES = [5, true, { a: 1 }, [{ name: "default" }]];

export const brokenTemplate = scenario({
  name: "load/broken_template",
  pieceBytes: [8192],
  covers: ["LOAD-TEMPLATE", "LOAD-SOUND"],
  given: {
    model: anyModel({ layers: 1, chatTemplate: "none" }),
    numbers: fc.array(fc.nat(10_000), { maxLength: 160, size: "max" }),
    how: fc.constantFrom(...BREAKS, ...BREAKS, "no template" as const),
    choose: fc.nat(1_000_000),
    place: fc.constantFrom("a file", "a file over another", "the configuration", "a list"),
    isDownloaded: fc.boolean(),
  },
  goals: ["a template in a file", "a template in the configuration"],
  async check({ model, numbers, how, choose, place, isDownloaded }, world, verdict) {
    const parts = writeTemplate(numbers);
    const sound = joinTemplate(parts);
    const subject = world.start();
    const repository = "mlx-community/Template-4bit";
    await placeModel(world, withTemplate(model, { place, value: sound, choose }), {
      repository,
      isDownloaded,
    });
    const { findings, loadable } = await verdict.attempt("LOAD-SOUND", () =>
      subject.check({ repository }),
    );
    const blamed = findings.find(({ level }) => level === "error");
    verdict.holds(
      "LOAD-SOUND",
      loadable,
      () => `the template ${JSON.stringify(sound)} is called broken: ${blamed?.detail}`,
    );

    const isNone = how === "no template" && !place.startsWith("a file");
    const broken = isNone
      ? NO_TEMPLATES[choose % NO_TEMPLATES.length]
      : TEMPLATE_BREAKS[how === "no template" ? "a block is not closed" : how](parts, choose);
    const other = "mlx-community/Broken-4bit";
    const inPlace = isNone && place === "a list" ? "the configuration" : place;
    await placeModel(world, withTemplate(model, { place: inPlace, value: broken, choose }), {
      repository: other,
      isDownloaded,
    });
    const report = await verdict.attempt("LOAD-TEMPLATE", () =>
      subject.check({ repository: other }),
    );
    const lack = missingFinding(report, {
      causes: ["bad-template"],
      paths: [place.startsWith("a file") ? JINJA : CONFIG],
    });
    verdict.holds(
      "LOAD-TEMPLATE",
      lack === undefined,
      () => `${how}, in ${place}: ${JSON.stringify(broken)}: ${lack}`,
    );
    verdict.reached(
      place.startsWith("a file") ? "a template in a file" : "a template in the configuration",
    );
  },
});

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
