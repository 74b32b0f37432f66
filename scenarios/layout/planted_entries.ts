/**
 * A directory of models came from elsewhere: a link or a second name lies at any place of one model, state included, or is put there
 * while a download waits for the hub; then any command runs.
 *
 * Invariants checked:
 * - What lies outside the root keeps its names and its bytes, and so does another model.
 */
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import type { Fetch, HttpRequest } from "../../spec/mod.ts";
import {
  exists,
  inHubapi,
  makeDirectories,
  readTree,
  removeTree,
  settled,
  sha256Hex,
  writeBytes,
} from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, type World } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Planted";
const OTHER = "mlx-community/Other";
const COMMANDS = ["download", "remove", "status", "verify", "list", "check"] as const;
const DIRECTORIES = [
  "",
  "sub",
  ".cache",
  ".cache/mlx-layout",
  ".cache/mlx-layout/partial",
  ".cache/mlx-layout/tmp",
  ".cache/mlx-layout/locks",
  ".cache/huggingface",
  ".cache/huggingface/download",
  ".cache/huggingface/download/sub",
] as const;
/** Directories that a downloader empties as its own. */
const STATE = [
  ".cache/mlx-layout/partial",
  ".cache/mlx-layout/tmp",
  ".cache/mlx-layout/locks",
] as const;
const FILES = [
  "config.json",
  "model.safetensors",
  ".downloaded",
  "PARTIAL",
  ".cache/mlx-layout/plan.json",
  ".cache/huggingface/download/config.json.metadata",
  ".cache/huggingface/download/model.safetensors.incomplete",
] as const;

const ANY_ATTACK = {
  entry: fc.oneof(
    fc.record({
      kind: fc.constant("link" as const),
      place: fc.oneof(fc.constantFrom(...STATE), fc.constantFrom(...DIRECTORIES)),
    }),
    fc.record({
      kind: fc.constantFrom("link to a file" as const, "second name" as const),
      place: fc.oneof(fc.constant("PARTIAL" as const), fc.constantFrom(...FILES)),
    }),
  ),
  command: fc.oneof(fc.constant("download" as const), fc.constantFrom(...COMMANDS)),
  when: fc.oneof(
    fc.constant("before" as const),
    fc.constantFrom("before" as const, "first content" as const, "second content" as const),
  ),
};
/** Where the next content will be written, in whatever directory the download has made for itself by then. */
const UNDER_WAY = {
  entry: fc.record({
    kind: fc.constantFrom("link to a file" as const, "second name" as const),
    place: fc.constant("NEXT" as const),
  }),
  command: fc.constant("download" as const),
  when: fc.constantFrom("first content" as const, "second content" as const),
};

export const plantedEntries = scenario({
  name: "layout/planted_entries",
  covers: ["LAYOUT-PLANTED"],
  goals: ["something was planted"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    attack: fc.oneof(
      { weight: 1, arbitrary: fc.record(UNDER_WAY) },
      { weight: 1, arbitrary: fc.record(ANY_ATTACK) },
    ),
    leadsTo: fc.constantFrom("outside", "another model"),
    isUpdate: fc.boolean(),
  },
  async check({ model, attack: { entry, command, when }, leadsTo, isUpdate }, world, verdict) {
    const { files, hub } = world;
    const text = (value: string) => new TextEncoder().encode(value);
    const extra = { path: "sub/extra.json", bytes: text(`{"a":1}`), lfs: false };
    const request = { repository: REPOSITORY, ...inHubapi(world) };
    hub.publish(OTHER, model.files, { tags: ["mlx"] });
    await world.start().download({ ...request, repository: OTHER });
    hub.publish(REPOSITORY, [...model.files, extra], { tags: ["mlx"] });
    if (isUpdate) {
      await world.start().download(request);
      const newer = { ...extra, path: "newer.json", bytes: text(`{"b":2}`) };
      hub.publish(REPOSITORY, [...model.files, newer], { tags: ["mlx"] });
    }
    const weights = model.files.find(({ path }) => path === "model.safetensors");
    const partial = `.cache/mlx-layout/partial/${sha256Hex(weights?.bytes ?? text(""))}.incomplete`;
    const directory = modelPlace(world, REPOSITORY, request);
    const other = modelPlace(world, OTHER, request);
    const own = [
      "config.json",
      "thesis.txt",
      `${"0".repeat(40)}.incomplete`,
      "0123456789abcdef.tmp",
    ];
    for (const name of [...own, "machine.1.0123456789abcdef.tmp"])
      await writeBytes(
        files,
        join(world.outside, name),
        text("mine, and longer than what is there"),
      );
    const victim = leadsTo === "outside" ? world.outside : other;
    const plantAt = async (place: string) => {
      await removeTree(files, place);
      await makeDirectories(files, dirname(place));
      if (entry.kind === "second name") await files.link(join(victim, "config.json"), place);
      else await files.symlink(entry.kind === "link" ? victim : join(victim, "config.json"), place);
      verdict.reached("something was planted");
    };
    const plant = async () => {
      if (entry.place !== "NEXT")
        return plantAt(join(directory, entry.place === "PARTIAL" ? partial : entry.place));
      const state = join(directory, ".cache/mlx-layout");
      for (const at of await directoriesBelow(files, state))
        await plantAt(join(at, basename(partial)));
    };
    const view = async () => JSON.stringify(await seen(world, [world.outside, other]));
    const before = await view();
    if (when === "before" || world.kind === "process" || command !== "download") await plant();
    const subject = world.start(
      when === "before" || world.kind === "process" || command !== "download"
        ? {}
        : { fetch: (fetch) => atContent(fetch, when === "first content" ? 1 : 2, plant) },
    );
    await settled(() => runCommand(subject, command, request));
    const after = await view();
    verdict.holds(
      "LAYOUT-PLANTED",
      after === before,
      () => `there was ${before}, there is ${after}`,
    );
  },
});

// Parts of the scenario

async function runCommand(
  subject: ReturnType<World["start"]>,
  command: (typeof COMMANDS)[number],
  request: { readonly repository: string },
): Promise<unknown> {
  // One transfer at a time, so that nothing else is under way when the hub is asked.
  if (command === "download") return subject.download({ ...request, concurrency: 1 });
  return command === "list" ? subject.list() : subject[command](request);
}

/** Does something when the nth content is asked for. */
function atContent(fetch: Fetch, nth: number, action: () => Promise<void>): Fetch {
  let count = 0;
  return async (url: string, options: HttpRequest) => {
    if (url.includes("/resolve/") && ++count === nth) await action();
    return fetch(url, options);
  };
}

/** Where the download that is under way may write next, whatever it calls its own directory. */
async function directoriesBelow(files: World["files"], directory: string): Promise<string[]> {
  if (!(await exists(files, directory))) return [];
  const found = await readTree(files, directory);
  return found.filter(({ kind }) => kind === "directory").map(({ path }) => join(directory, path));
}

/** Names and bytes below some directories; times change when a file gets a second name. */
async function seen({ files }: World, directories: readonly string[]): Promise<unknown> {
  const found: unknown[] = [];
  for (const directory of directories) {
    if (!(await exists(files, directory))) continue;
    for (const { path, kind, sha256 } of await readTree(files, directory))
      found.push([path, kind, sha256]);
  }
  return found;
}
