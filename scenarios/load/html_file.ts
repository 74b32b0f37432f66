/**
 * A web page was saved under the name of a file.
 *
 * Invariants checked:
 * - The check refuses the file as what it is, with its path.
 */
import fc from "fast-check";
import { HTML_PAGE, judgeReplacedFile } from "../../harness/internal.ts";
import { anyModel, scenario } from "../../harness/mod.ts";

const JINJA = "chat_template.jinja";
const PAGES = [
  HTML_PAGE,
  ...[
    "<html><head></head><body>Sign in</body></html>",
    "\n\n  <!doctype HTML>\n<title>No</title>",
    "<!DOCTYPE\n  html>\n<title>No</title>",
    "<!-- saved from url=(0014)about:internet -->\n\n <!-- by a proxy --> <!doctype html>\n<p>No</p>",
    "<!--[if IE 8]><html class='ie8'><![endif]-->\n<HTML lang='en'><body>No</body></HTML>",
    "<head><title>No</title></head>",
    "<BODY class='login'>Sign in</BODY>",
    "<!DOCTYPE HTML PUBLIC '-//IETF//DTD HTML 2.0//EN'><HTML><BODY>Gone</BODY></HTML>",
  ].map((page) => new TextEncoder().encode(page)),
];
const PLACES = [
  "weights",
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  JINJA,
] as const;

export const htmlFile = scenario({
  name: "load/html_file",
  pieceBytes: [8192],
  covers: ["LOAD-HTML"],
  given: {
    model: anyModel({ chatTemplate: "jinja-file" }),
    where: fc.constantFrom(...PLACES),
    choose: fc.nat(),
    isDownloaded: fc.boolean(),
    bytes: fc.constantFrom(...PAGES),
  },
  goals: ["a page was in place of a template", "a page was in place of another file"],
  async check({ model, where, choose, isDownloaded, bytes }, world, verdict) {
    const { weightFiles } = model;
    const path = where === "weights" ? (weightFiles[choose % weightFiles.length] ?? "") : where;
    const replaced = { model, path, bytes, isDownloaded, cause: "html" as const };
    await judgeReplacedFile(world, verdict, { id: "LOAD-HTML", replaced });
    verdict.reached(`a page was in place of ${path === JINJA ? "a template" : "another file"}`);
  },
});
