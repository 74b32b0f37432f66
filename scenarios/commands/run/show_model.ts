/**
 * One model, downloaded and looked at, for the end of `npm start`.
 *
 * @module
 */

import { join, relative } from "node:path";
import type { ListedModel, Progress } from "../../../spec/mod.ts";
import { greedyTokens, readTree, writeBytes } from "../../../harness/internal.ts";
import { type TinyModel, type World, diskWorld, tinyLlama } from "../../../harness/mod.ts";
import { reference } from "../../reference/reference.ts";

const REPOSITORY = "mlx-community/SmolLM-135M-Instruct-4bit";
/** Where the app of the example put it. */
const FLAT_ID = "smollm-135m";

/**
 * Downloads one small model onto a real disk and shows what came of it: the tree, its state, its examination, beside
 * it the flat directory in which MLX would never look, and what the model answers.
 *
 * @returns the lines to print
 */
export async function showModel(): Promise<string[]> {
  await using world = await diskWorld(reference);
  const model = tinyLlama({
    shards: 2,
    quantization: { bits: 4, groupSize: 32 },
    extraFiles: true,
  });
  world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
  const subject = world.start();
  let last: Progress | undefined;
  const result = await subject.download(
    { repository: REPOSITORY },
    { onProgress: (progress) => (last = progress) },
  );
  const lines = [
    `mlx-layout download ${REPOSITORY}`,
    `  ${last?.filesDone ?? 0} of ${last?.filesTotal ?? 0} files, ${last?.bytesDone ?? 0} of ${last?.bytesTotal ?? 0} bytes, ${last?.phase ?? "nothing"}`,
    ...(await treeLines(world, result.directory)),
  ];
  const status = await subject.status({ repository: REPOSITORY });
  lines.push("", `status: ${status.state}`);
  const check = await subject.check({ repository: REPOSITORY });
  const found =
    check.findings.map(({ cause, path }) => `${cause} ${path}`).join(", ") || "nothing wrong";
  lines.push(
    `check:  ${check.loadable ? "loadable" : "not loadable"}, ${check.architecture ?? "unknown"}, ${check.parameterCount} parameters, ${check.tensorCount} tensors, ${check.quantization ?? "not quantized"}; ${found}`,
    "",
    `The same files in the app's own directory, "${FLAT_ID}":`,
  );
  const flat = join(world.root, FLAT_ID);
  for (const { path, bytes } of model.files)
    await writeBytes(world.files, join(flat, ...path.split("/")), bytes);
  for (const listed of await subject.list()) lines.push(`  ${describe(world, listed)}`);
  lines.push(...(await answerLines(world, model)));
  return lines;
}

/** Runs the model, to show that it works, and compares its tokens with the harness's own computation. */
async function answerLines(world: World, model: TinyModel): Promise<string[]> {
  const { generate } = world.start();
  if (generate === undefined) return [];
  const prompt = "hello there";
  const made = await generate({
    repository: REPOSITORY,
    prompt,
    chat: true,
    stopAtEnd: false,
    maxTokens: 12,
  });
  const own = greedyTokens(model, made.promptIds, made.tokens.length);
  const ids = made.tokens.map(({ id }) => id);
  const isSame = own.every(({ id }, at) => id === ids[at]);
  return [
    "",
    `mlx-layout run ${REPOSITORY} --prompt "${prompt}"  (a model of random weights, ${made.runner} runner)`,
    `  ${ids.join(" ")}`,
    `  ${isSame ? "the same tokens as" : "OTHER tokens than"} the harness's own computation of this model`,
  ];
}

async function treeLines(world: World, directory: string): Promise<string[]> {
  const entries = await readTree(world.files, directory);
  const shown = entries.filter(({ kind, path }) => kind === "file" && !path.startsWith(".cache/"));
  const metadata = entries.filter(
    ({ kind, path }) => kind === "file" && path.startsWith(".cache/"),
  ).length;
  const width = Math.max(...shown.map(({ path }) => path.length));
  return [
    `  ${relative(join(world.root, "..", ".."), directory)}/`,
    ...shown.map(
      ({ path, sizeBytes }) => `    ${path.padEnd(width)}  ${String(sizeBytes).padStart(6)} bytes`,
    ),
    `    .cache/huggingface/download/: ${metadata} metadata files`,
  ];
}

function describe(world: World, listed: ListedModel): string {
  const place = relative(world.root, listed.directory);
  const misplaced =
    listed.misplaced === undefined
      ? ""
      : `: MISPLACED, MLX looks in ${relative(world.root, listed.misplaced)}`;
  return `${listed.state.padEnd(10)} ${place}${misplaced}`;
}
