/**
 * Asks real MLX the questions of `question_forms.ts` and writes `recorded_forms.json`; for maintainers:
 * `MLX_LAYOUT_PYTHON=… node --import tsx harness/models/recorded/record_forms.ts`.
 *
 * @module
 */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { RealMlx } from "../real_mlx_logits.ts";
import { QUESTION_FORMS } from "./question_forms.ts";
import { formModel, type RecordedForm, recordedPrompt } from "./recorded_answers.ts";

const TOKENS = 10;
const MARGIN_MIN = 0.02;
/** A model that repeats one token would hide much. */
const DIFFERENT_MIN = 4;
const SEEDS = 24;

const python = process.env["MLX_LAYOUT_PYTHON"];
if (python === undefined)
  throw new Error("Cannot record answers: set MLX_LAYOUT_PYTHON to a Python with mlx-lm");
const directory = await mkdtemp(join(tmpdir(), "recorded-forms-"));
const recorded: RecordedForm[] = [];
const unsure: string[] = [];
try {
  await using mlx = new RealMlx(python);
  for (const { promptLength = 40, ...form } of QUESTION_FORMS) {
    let best: RecordedForm | undefined;
    for (let seed = 1; seed <= SEEDS && different(best) < DIFFERENT_MIN; seed++) {
      const question = { ...form, options: { ...form.options, seed }, promptLength };
      const asked = await ask(mlx, question).catch((error: unknown) => {
        unsure.push(`${form.family}: ${form.name}: ${String(error)}`);
        return undefined;
      });
      if (asked === undefined) break;
      const { tokens, margin } = asked;
      const answer = { ...question, tokens };
      if (margin >= MARGIN_MIN && different(answer) > different(best)) best = answer;
    }
    if (best === undefined) unsure.push(`${form.family}: ${form.name}`);
    else recorded.push(best);
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
const file = join(import.meta.dirname, "recorded_forms.json");
const lines = recorded.map((answer) => `    ${JSON.stringify(answer)}`);
await writeFile(file, `{\n  "forms": [\n${lines.join(",\n")}\n  ]\n}\n`);
process.stdout.write(
  `${recorded.length} of ${QUESTION_FORMS.length} forms were sure\n${unsure.join("\n")}\n`,
);

async function ask(mlx: RealMlx, question: Omit<RecordedForm, "tokens">) {
  const place = await mkdtemp(join(directory, "m"));
  for (const { path, bytes } of formModel(question).files) {
    await mkdir(dirname(join(place, path)), { recursive: true });
    await writeFile(join(place, path), bytes);
  }
  const ids = recordedPrompt(question.promptLength);
  const options = { directory: place, ids, count: TOKENS, float32: true, logits: true };
  const { steps } = await mlx.generate(options);
  await rm(place, { recursive: true });
  const margins = steps.map(({ logits = [] }) => marginOf(logits));
  return { tokens: steps.map(({ id }) => id), margin: Math.min(...margins) };
}

function different(answer: RecordedForm | undefined): number {
  return new Set(answer?.tokens).size;
}

/** How far the second highest lies below the highest. */
function marginOf(logits: readonly number[]): number {
  const [first = Number.NaN, second = Number.NaN] = logits.toSorted((one, two) => two - one);
  return first - second;
}
