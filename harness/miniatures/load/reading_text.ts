import { join } from "node:path";
import type { CheckCause, CheckReport, FileSystem } from "../../../spec/mod.ts";
import { readText } from "../../disk/mod.ts";
import { type Miniature, miniature } from "../miniature.ts";

/** Whether a text passes for sound, or is refused. */
type Judge = (text: string) => boolean;

const TEMPLATE_FILES = ["chat_template.jinja", "tokenizer_config.json"];

/** Miniatures that look at a tokenizer or a template less closely than the engines that read it. */
export const readingTextMiniatures: readonly Miniature[] = [
  miniature("counts_the_tags", {
    mistake: "Takes a chat template for sound that has as many ends of blocks as beginnings.",
    breaks: ["LOAD-TEMPLATE"],
    wrapManager: (manager, { host }) => ({
      check: async (request, options) =>
        await passing(host.files, await manager.check(request, options), {
          cause: "bad-template",
          paths: TEMPLATE_FILES,
          isSound: (text) =>
            [...text.matchAll(/\{%[-+]?\s*(?:if|for|macro|filter|generation)\b/g)].length ===
            [...text.matchAll(/\{%[-+]?\s*end(?:if|for|macro|filter|generation)\b/g)].length,
        }),
    }),
  }),
  miniature("opens_tokenizers_as_json", {
    mistake: "Takes a tokenizer for sound that is a JSON object with a model.",
    breaks: ["LOAD-TOKENIZER"],
    wrapManager: (manager, { host }) => ({
      check: async (request, options) =>
        await passing(host.files, await manager.check(request, options), {
          cause: "bad-tokenizer",
          paths: ["tokenizer.json"],
          isSound: (text) => text.trimEnd().endsWith("}") && text.includes('"model": {'),
        }),
    }),
  }),
];

/** Takes findings of a cause away where the files pass for sound. */
async function passing(
  files: FileSystem,
  report: CheckReport,
  {
    cause,
    paths,
    isSound,
  }: { readonly cause: CheckCause; readonly paths: readonly string[]; readonly isSound: Judge },
): Promise<CheckReport> {
  const sound = new Set<string>();
  for (const path of paths) {
    const text = await readText(files, join(report.directory, path));
    if (text !== undefined && isSound(text)) sound.add(path);
  }
  const findings = report.findings.filter((one) => one.cause !== cause || !sound.has(one.path));
  if (findings.length === report.findings.length) return report;
  return { ...report, findings, loadable: findings.every(({ level }) => level !== "error") };
}
