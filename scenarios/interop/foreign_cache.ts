/**
 * The official client has written a cache: listings, a store of contents that repositories share, known absences, another
 * repository and files of tools that nobody knows. The model is judged, downloaded again, repaired and removed in it.
 *
 * Invariants checked:
 * - A whole snapshot is complete by its listing and costs no byte; one with a wrong content or link is not, and only what is wrong is fetched.
 * - Whatever is not of the snapshot is as it was, before and after its removal.
 */
import { dirname, join, relative } from "node:path";
import fc from "fast-check";
import {
  blobName,
  contentBytes,
  exists,
  hubCachePaths,
  overwriteBytes,
  readTree,
  writeBytes,
  writeForeignSnapshot,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  type ModelFile,
  scenario,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Foreign-4bit";
const NEIGHBOUR = "mlx-community/Neighbour-4bit";
/** What other tools leave in a cache, relative to it. */
const UNKNOWN = ["CACHEDIR.TAG", "models--mlx-community--Foreign-4bit/notes.txt", "tool/state.bin"];

export const foreignCache = scenario({
  name: "interop/foreign_cache",
  covers: ["MANAGE-HFCACHE"],
  goals: [
    "a shared store",
    "copies in place of links",
    "a wrong blob",
    "a wrong link",
    "a removal",
  ],
  given: {
    model: anySmallModel(),
    neighbour: anySmallModel({ weightBytesMax: 60 }),
    hasListing: fc.boolean(),
    kind: fc.constantFrom("links", "links", "shared", "copies"),
    damaged: fc.option(fc.nat(), { nil: undefined }),
    damage: fc.constantFrom("its content", "its link leads elsewhere", "its link leads nowhere"),
    isRemoved: fc.boolean(),
  },
  async check(given, world, verdict) {
    const { model, neighbour, hasListing, kind, damaged, damage, isRemoved } = given;
    const { files: disk, hub, root } = world;
    const holds = (condition: boolean, detail: string) =>
      verdict.holds("MANAGE-HFCACHE", condition, detail);
    const files = wantedFiles(model.files);
    const commit = hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const form = { hasListing, isShared: kind === "shared", isCopied: kind === "copies" };
    const common = { ...form, revision: "main", absent: ["adapter_config.json"] };
    const beside = { repository: NEIGHBOUR, commit: "f".repeat(40), files: neighbour.files };
    await writeForeignSnapshot(disk, root, { ...common, ...beside });
    const own = { repository: REPOSITORY, commit, files: model.files };
    const directory = await writeForeignSnapshot(disk, root, { ...common, ...own });
    for (const path of UNKNOWN) await writeBytes(disk, join(root, path), Buffer.from("keep"));
    const victim = damaged === undefined ? undefined : files[damaged % files.length];
    const isDamaged = victim !== undefined && victim.bytes.length > 0;
    const isLink = isDamaged && kind !== "copies" && damage !== "its content";
    if (isLink) {
      const other = files.find(({ bytes }) => !Buffer.from(bytes).equals(victim.bytes));
      const isElsewhere = damage === "its link leads elsewhere" && other !== undefined;
      const name = isElsewhere ? blobName(other) : "0".repeat(40);
      await leadElsewhere(world, join(directory, victim.path), name);
      verdict.reached("a wrong link");
    } else if (isDamaged) {
      await damageContent(world, join(directory, victim.path), victim.bytes);
      verdict.reached("a wrong blob");
    }
    const before = await others(world, model.files);
    const request = { repository: REPOSITORY, layout: "hf-cache" } as const;
    const status = await verdict.attempt("MANAGE-HFCACHE", () => world.start().verify(request));
    if (isDamaged) holds(status.state !== "complete", "a wrong blob passes for complete");
    else if (hasListing) holds(status.state === "complete", `whole, it is ${status.state}`);
    hub.clearLog();
    const result = await verdict.attempt("MANAGE-HFCACHE", () => world.start().download(request));
    holds(result.directory === directory, `it went to ${result.directory}`);
    const fetched = contentBytes(hub.log);
    const needed = isDamaged ? victim.bytes.length : 0;
    // The content that a wrong link should lead to is there.
    const isEnough = fetched === needed || (isLink && fetched === 0);
    holds(isEnough, `${fetched} bytes were fetched for ${needed}`);
    const wrong = await wrongFiles(world, directory, files);
    holds(wrong.length === 0, wrong.join(", "));
    if (isRemoved) {
      await verdict.attempt("MANAGE-HFCACHE", () => world.start().remove(request));
      holds(!(await exists(disk, join(directory, "config.json"))), "it is still there");
      verdict.reached("a removal");
    }
    const after = new Set(await others(world, model.files));
    const gone = before.find((line) => !after.has(line));
    holds(gone === undefined, `${gone} is not as it was`);
    if (kind === "shared") verdict.reached("a shared store");
    if (kind === "copies") verdict.reached("copies in place of links");
  },
});

// Helpers

/** Turns a bit of an entry's content over, wherever its links lead. */
async function damageContent(world: World, entry: string, bytes: Uint8Array): Promise<void> {
  const wrong = Uint8Array.from(bytes, (byte, index) => (index === 0 ? byte ^ 1 : byte));
  await overwriteBytes(world.files, await world.files.realpath(entry), wrong);
}

/** Makes an entry lead to another name among the contents. */
async function leadElsewhere({ files }: World, entry: string, name: string): Promise<void> {
  const text = await files.readlink(entry);
  await files.unlink(entry);
  await files.symlink(join(dirname(text), name), entry);
}

/** Everything in the cache that is not of the snapshot: neighbours, the shared store, what nobody knows. */
async function others(world: World, files: readonly ModelFile[]): Promise<string[]> {
  const place = relative(world.root, hubCachePaths(world.root, REPOSITORY).repository);
  const own = ["refs/main", "trees/", "snapshots/", ".no_exist/", ...files.map(ownBlob)];
  const isOwn = (path: string) =>
    own.some((part) => path.startsWith(`${place}/${part}`)) ||
    // A damaged content of the store is the model's too, until it has one of its own.
    files.some((file) => path === `blobs/${blobName(file).slice(0, 2)}/${blobName(file)}`);
  const tree = await readTree(world.files, world.root);
  return tree
    .filter(({ path, kind }) => kind !== "directory" && !isOwn(path))
    .map(({ path, sha256, linkTarget }) => `${path} ${sha256 ?? linkTarget}`);
}

function ownBlob(file: ModelFile): string {
  return `blobs/${blobName(file)}`;
}
