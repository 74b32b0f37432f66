/**
 * Somebody asks what a removal would take away, of a model in any state, some of whose data has another name elsewhere, and then
 * removes it: one that was downloaded, whole or in part, of two commits of which all may go or one, with weights in a folder and files of
 * other tools beside it, and one that somebody has put there, of which there may be nothing but empty files.
 *
 * Invariants checked:
 * - The plan changes nothing, and names the bytes that the removal then frees, the files that then go, and how many stay.
 * - Where there is nothing to remove, both are refused.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { ModelManager, RemovalPlan } from "../../spec/mod.ts";
import { changeFiles, readTree, settled, writeBytes } from "../../harness/internal.ts";
import {
  filePlace,
  killDownload,
  type ModelFile,
  modelPlace,
  scenario,
  tinyLlama,
  type Verdict,
  type World,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Planned-4bit";
// Each shard is larger than what a plan may leave out.
const MODEL = tinyLlama({ seed: 3, shards: 2, hiddenSize: 64 });
const LAST_SHARD = /^model-00002/;
/** Markers, listings and metadata of a small model; its weights are larger. */
const STATE_BYTES_MAX = 8192;
const STATES = [
  "whole",
  "whole",
  "of two commits",
  "of two commits",
  "by hand",
  "empty files",
  "interrupted",
  "absent",
] as const;

export const removalPlan = scenario({
  name: "places/removal_plan",
  covers: ["REMOVE-PLAN"],
  goals: ["shared data", "nothing but empty files", "nothing", "one of two commits"],
  given: {
    isNested: fc.boolean(),
    layout: fc.constantFrom("hubapi", "lmstudio", "hf-cache"),
    state: fc.constantFrom(...STATES),
    nth: fc.integer({ min: 20, max: 120 }),
    shared: fc.constantFrom("nothing", "one file", "all weights"),
    foreign: fc.subarray(["notes.txt", ".DS_Store"]),
    isOne: fc.boolean(),
    /** Whether the later commit has other weights too. */
    isRetrained: fc.boolean(),
  },
  async check(given, world, verdict) {
    const { isNested, layout: drawn, state, nth, shared, foreign, isOne, isRetrained } = given;
    const { files: disk, root, outside } = world;
    const model = { files: isNested ? MODEL.files.map(inFolder) : MODEL.files };
    const isByHand = state === "by hand" || state === "empty files";
    // Only the hub's cache has one commit beside another.
    const isOneOfTwo = isOne && state === "of two commits";
    const layout = isByHand ? "hubapi" : isOneOfTwo ? "hf-cache" : drawn;
    const subject = world.start();
    if (subject.planRemoval === undefined) {
      verdict.skip("REMOVE-PLAN", "it plans no removals");
      return;
    }
    const commit = world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const how = { subject, layout, state, nth, files: model.files, isRetrained };
    const directory = await place(world, how);
    const revision = isOneOfTwo ? { revision: commit } : {};
    const request = { repository: REPOSITORY, layout, ...revision } as const;
    if (isOneOfTwo) verdict.reached("one of two commits");
    if (layout !== "hf-cache" && directory !== undefined)
      for (const path of foreign)
        await writeBytes(disk, join(directory, path), Buffer.from("mine"));
    const isWhole = state === "whole" || state === "of two commits";
    let sharedBytes = 0;
    const weights = model.files.filter(({ path }) => path.endsWith(".safetensors"));
    // What has another name comes free with neither commit.
    const isAlone = shared === "nothing" || (isOneOfTwo && shared === "all weights");
    const kept = isAlone ? [] : shared === "one file" ? weights.slice(0, 1) : weights;
    if (isWhole && directory !== undefined)
      for (const [at, { path, bytes }] of kept.entries()) {
        const data = await disk.realpath(filePlace(directory, path));
        await disk.link(data, join(outside, `kept-${at}.safetensors`));
        sharedBytes += bytes.length;
        verdict.reached("shared data");
      }
    if (state === "empty files") verdict.reached("nothing but empty files");
    const tree = async () => JSON.stringify(await readTree(disk, root));
    const before = await tree();
    const plan = await verdict.attempt("REMOVE-PLAN", () =>
      settled(async () => subject.planRemoval?.(request)),
    );
    verdict.holds("REMOVE-PLAN", (await tree()) === before, "the plan changed something");
    const there = plan === undefined ? [] : await namesBelow(world, plan.directory);
    const removed = await verdict.attempt("REMOVE-PLAN", () =>
      settled(() => subject.remove(request)),
    );
    // What a download that died has left may be its own state alone, of which a plan need not speak.
    if (plan === undefined) {
      const isRight = removed === undefined || state === "interrupted";
      verdict.holds(
        "REMOVE-PLAN",
        isRight,
        `${state}: no removal could be planned, and one was done`,
      );
      if (state === "absent") verdict.reached("nothing");
      return;
    }
    verdict.holds("REMOVE-PLAN", removed !== undefined, `${state}: planned, the removal fails`);
    // Listings and states of downloaders may be counted or not: the data of the files decides.
    const difference = Math.abs(plan.bytesFreed - (removed?.bytesFreed ?? Number.NaN));
    verdict.holds(
      "REMOVE-PLAN",
      difference < STATE_BYTES_MAX || state === "interrupted",
      `${state}: the plan says ${plan.bytesFreed} bytes, and ${removed?.bytesFreed} came free`,
    );
    // Of what another commit keeps as well a plan need not speak.
    verdict.holds(
      "REMOVE-PLAN",
      plan.bytesShared === sharedBytes || state === "interrupted" || isOneOfTwo,
      `${state}: ${sharedBytes} bytes have another name, and the plan says ${plan.bytesShared}`,
    );
    // How the hub's cache names what several snapshots have is left open.
    if (layout !== "hf-cache" && state !== "interrupted")
      await judgeNames(world, verdict, { plan, there });
  },
});

// Helpers

function inFolder(file: ModelFile): ModelFile {
  return LAST_SHARD.test(file.path) ? { ...file, path: `2_Dense/${file.path}` } : file;
}

/** Puts the model there. @returns its directory, where there is one for certain */
async function place(
  world: World,
  how: {
    readonly subject: ModelManager;
    readonly layout: "hubapi" | "lmstudio" | "hf-cache";
    readonly state: (typeof STATES)[number];
    readonly nth: number;
    readonly files: readonly ModelFile[];
    readonly isRetrained: boolean;
  },
): Promise<string | undefined> {
  const { subject, layout, state, nth, files, isRetrained } = how;
  const request = { repository: REPOSITORY, layout } as const;
  if (state === "absent") return undefined;
  if (state === "interrupted") {
    await killDownload(world, request, { at: { at: "operation", nth } });
    return undefined;
  }
  if (state === "by hand" || state === "empty files") {
    const directory = modelPlace(world, REPOSITORY, request);
    const after = files.map((file) =>
      state === "by hand" ? file : { ...file, bytes: new Uint8Array() },
    );
    await changeFiles(world, directory, { before: [], after });
    return directory;
  }
  const { directory } = await subject.download(request);
  if (state === "whole") return directory;
  const later = files.map((file) => {
    if (file.path === "config.json")
      return { ...file, bytes: Buffer.from('{"model_type":"llama"}') };
    const isOther = isRetrained && file.path.includes("model-00002");
    return isOther ? { ...file, bytes: Uint8Array.from(file.bytes, (byte) => byte ^ 1) } : file;
  });
  world.clock.advance(2_000);
  world.hub.publish(REPOSITORY, later, { tags: ["mlx"] });
  return (await subject.download(request)).directory;
}

async function namesBelow({ files }: World, directory: string): Promise<readonly string[]> {
  const tree = await readTree(files, directory);
  return tree.filter(({ kind }) => kind !== "directory").map(({ path }) => path);
}

/** Whether the files that a plan named, and no others, have gone, and how many have stayed. */
async function judgeNames(
  world: World,
  verdict: Verdict,
  seen: { readonly plan: RemovalPlan; readonly there: readonly string[] },
): Promise<void> {
  const { plan, there } = seen;
  const left = new Set(await namesBelow(world, plan.directory));
  for (const path of plan.files) {
    const isRight = there.includes(path) && !left.has(path);
    verdict.holds("REMOVE-PLAN", isRight, `it planned to remove ${path}, and that did not go`);
  }
  const { staying } = plan;
  verdict.holds("REMOVE-PLAN", staying === left.size, `${staying} were to stay, ${left.size} did`);
}
