/**
 * A share, and its undoing, are recorded operation by operation; every disk that a crash of the machine can leave is looked at, and the
 * next process goes on.
 *
 * Invariants checked:
 * - The copy that is shared and what the store had are whole on each disk.
 * - What shows a model in the store (its `config.json`, its ref, a marker) is never there without every file; nor once the share has ended.
 * - The same command ends with every file in the store, or with none that the share made.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import {
  type CrashState,
  type DiskRecording,
  enumerateStates,
  exists,
  newCoverage,
  type PersistenceProfile,
  readBytes,
  recordDisk,
  startAfterCrash,
  writeBytes,
} from "../../harness/internal.ts";
import {
  filePlace,
  memoryFiles,
  memoryWorld,
  tinyLlama,
  wantedFiles,
  type World,
} from "../../harness/mod.ts";
import { type FileSystem, MARKER_NAME, type ShareRequest } from "../../spec/mod.ts";
import { reference } from "../reference/reference.ts";

const REPOSITORY = "mlx-community/Crashed-4bit";
const PATHS = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
const FILES = wantedFiles(tinyLlama().files).filter(({ path }) => PATHS.includes(path));
/** The stores that get the model: a directory, a cache, and the root itself, which adopts it from a cache. */
const LAYOUTS = ["lmstudio", "hf-cache", "hubapi"] as const;
const PROFILES = ["kill", "ordered", "apfs", "weak"] as const;
/** Choices at one moment, above which a sample is taken. */
const BOUNDS = { exhaustiveMax: 32, samples: 4 } as const;
/** Every so many states of a power cut the next process is asked to go on, as it is in each state of a kill. */
const ASKED_EACH = 5;

interface Story {
  readonly world: World;
  readonly recording: DiskRecording;
  readonly request: ShareRequest;
  readonly from: string;
  readonly to: string;
  /** Files that the store had, with their bytes. */
  readonly own: ReadonlyMap<string, Uint8Array>;
}

for (const layout of LAYOUTS) {
  for (const step of ["share", "undo"] as const) {
    test(`a crash of the machine during ${step} in ${layout} loses nothing, and the next one ends`, async (t) => {
      await using world = await memoryWorld(reference);
      const story = await recorded(world, layout, step);
      for (const profile of PROFILES) {
        const [states, asked] = await explore(story, profile);
        t.diagnostic(`${profile}: ${states} states, ${asked} gone on with: lost 0`);
        assert.ok(states > 20, `only ${states} states`);
      }
    });
  }
}

async function recorded(
  world: World,
  layout: (typeof LAYOUTS)[number],
  step: "share" | "undo",
): Promise<Story> {
  const { files: disk, outside } = world;
  const commit = world.hub.publish(REPOSITORY, FILES, { tags: ["mlx"] });
  const isAdopted = layout === "hubapi";
  const { directory: from } = await world
    .start(isAdopted ? { env: { HF_HUB_CACHE: join(outside, "cache") } } : {})
    .download({ repository: REPOSITORY, layout: isAdopted ? "hf-cache" : "hubapi" });
  const into = isAdopted ? world.root : join(outside, "store");
  const named = REPOSITORY.replace("/", "--");
  const to =
    layout === "hf-cache"
      ? join(into, `models--${named}`, "snapshots", commit)
      : join(into, isAdopted ? "models" : "", REPOSITORY);
  const own = new Map([[join(into, "other/model/config.json"), Buffer.from("{}")]]);
  const weights = FILES.find(({ path }) => path.endsWith(".safetensors"));
  // A duplicate that gives way.
  if (layout === "lmstudio" && weights !== undefined)
    own.set(join(to, weights.path), Buffer.from(weights.bytes));
  for (const [path, bytes] of own) await writeBytes(disk, path, bytes);
  const subject = world.start();
  const request = { repository: REPOSITORY, from, into, layout, step } as const;
  if (step === "undo") await subject.share?.({ ...request, step: "share" });
  const recorder = recordDisk(disk);
  await subject.share?.(request);
  recorder.acknowledge(step);
  return { world, recording: recorder.finish(), request, from, to, own };
}

/** @returns how many states there are, and with how many the next process went on */
async function explore(
  story: Story,
  profile: PersistenceProfile,
): Promise<readonly [number, number]> {
  const { operations } = story.recording;
  const ended = operations.findIndex(({ kind }) => kind === "acknowledge");
  const promiseAt = (at: number) => (at > ended ? "ended" : "");
  const coverage = newCoverage();
  let asked = 0;
  for (const state of enumerateStates(
    story.recording,
    { profile, promiseAt, ...BOUNDS },
    coverage,
  )) {
    const where = `${profile}, after ${state.choice.at} of ${operations.length} operations`;
    await look(story, state, where);
    if (profile !== "kill" && coverage.distinct % ASKED_EACH !== 0) continue;
    await goOn(story, state, where);
    asked++;
  }
  return [coverage.distinct, asked];
}

async function look(story: Story, { image, promise }: CrashState, where: string): Promise<void> {
  const disk = memoryFiles({ image });
  await assertKept(story, disk, where);
  const { to, request } = story;
  const wrong = await wrongIn(disk, to);
  const isShown =
    (await exists(disk, join(to, "config.json"))) || (await exists(disk, join(to, MARKER_NAME)));
  const ref = join(to, "..", "..", "refs", "main");
  const isNamed = request.layout === "hf-cache" && (await exists(disk, ref));
  const mustBeWhole = isShown || isNamed || (promise === "ended" && request.step === "share");
  if (mustBeWhole && request.step === "share") assert.deepEqual(wrong, [], where);
  if (isNamed) assert.deepEqual(wrong, [], `${where}: a ref without its snapshot`);
  if (await exists(disk, join(to, MARKER_NAME)))
    assert.deepEqual(wrong, [], `${where}: a marker that is false`);
}

async function goOn(story: Story, { image }: CrashState, where: string): Promise<void> {
  const { world, request, to } = story;
  const { hub, root, clock } = world;
  const place = { subject: reference, hub, root, nowMs: clock.now() + 60_000 };
  const process = await startAfterCrash(place, image);
  await process.manager.share?.(request).catch((error: unknown) => {
    const { code } = error as { readonly code?: string };
    // An undoing that was over has nothing to take back.
    if (request.step === "share" || code !== "not-downloaded") throw error;
  });
  const disk = memoryFiles({ image: await process.image() });
  await assertKept(story, disk, `${where}, gone on`);
  const wrong = await wrongIn(disk, to);
  const left = request.step === "share" ? wrong : PATHS.filter((path) => !wrong.includes(path));
  const own = request.layout === "lmstudio" ? ["model.safetensors"] : [];
  assert.deepEqual(left, request.step === "share" ? [] : own, `${where}, gone on`);
}

/** The copy that is shared, and what the store had, with their bytes. */
async function assertKept({ from, own }: Story, disk: FileSystem, where: string): Promise<void> {
  assert.deepEqual(await wrongIn(disk, from), [], where);
  for (const [path, bytes] of own)
    assert.ok(Buffer.from(await readBytes(disk, path)).equals(bytes), `${where}: ${path}`);
}

async function wrongIn(disk: FileSystem, directory: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const { path, bytes } of FILES) {
    const place = filePlace(directory, path);
    const isThere = await disk.stat(place).then(
      () => true,
      () => false,
    );
    if (!isThere || !Buffer.from(await readBytes(disk, place)).equals(bytes)) wrong.push(path);
  }
  return wrong;
}
