/**
 * Asks real MLX the questions of `draw_recorded.ts` and writes `recorded_answers.json`; for maintainers:
 * `MLX_LAYOUT_PYTHON=… node --import tsx harness/models/recorded/record_answers.ts`.
 *
 * @module
 */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { RealMlx } from "../real_mlx_logits.ts";
import { drawQuestions } from "./draw_recorded.ts";
import { type RecordedAnswer, recordedModel, recordedPrompt } from "./recorded_answers.ts";

const QUESTIONS = 160;
const SEED = 1;
const TOKENS = 12;
const MARGIN_MIN = 0.02;

const python = process.env["MLX_LAYOUT_PYTHON"];
if (python === undefined)
  throw new Error("Cannot record answers: set MLX_LAYOUT_PYTHON to a Python with mlx-lm");
const directory = await mkdtemp(join(tmpdir(), "recorded-answers-"));
const answers: RecordedAnswer[] = [];
const refused: string[] = [];
try {
  await using mlx = new RealMlx(python);
  for (const [at, question] of drawQuestions(QUESTIONS, SEED).entries()) {
    const place = join(directory, String(at));
    for (const { path, bytes } of recordedModel(question).files) {
      await mkdir(dirname(join(place, path)), { recursive: true });
      await writeFile(join(place, path), bytes);
    }
    const ids = recordedPrompt(question.promptLength);
    try {
      const { steps } = await mlx.generate({
        directory: place,
        ids,
        count: TOKENS,
        float32: true,
        logits: true,
      });
      const isSure = steps.every(({ logits = [] }) => marginOf(logits) >= MARGIN_MIN);
      if (isSure) answers.push({ ...question, tokens: steps.map(({ id }) => id) });
    } catch (error) {
      refused.push(`${question.family}: ${String(error)}`);
    }
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
const file = join(import.meta.dirname, "recorded_answers.json");
const lines = answers.map((answer) => `    ${JSON.stringify(answer)}`);
await writeFile(file, `{\n  "answers": [\n${lines.join(",\n")}\n  ]\n}\n`);
process.stdout.write(
  `${answers.length} of ${QUESTIONS} answers were sure\n${refused.join("\n")}\n`,
);

/** How far the second highest lies below the highest. */
function marginOf(logits: readonly number[]): number {
  const [first = Number.NaN, second = Number.NaN] = logits.toSorted((one, two) => two - one);
  return first - second;
}
