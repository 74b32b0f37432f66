/**
 * A model is downloaded into the hub's own cache, by branch, tag, pull request or commit; then a changed commit is.
 *
 * Invariants checked:
 * - The directory is the snapshot of the commit; each entry is a relative link to a blob that is named after its own hash.
 * - The ref of the revision holds the commit, 40 digits and nothing else; a commit has no ref.
 * - A listing of the commit, where there is one, is as the official client would have written it.
 * - A content that both commits share is there once and is not fetched again; the first snapshot stays whole.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  anyRevision,
  blobName,
  contentBytes,
  exists,
  hubCachePaths,
  readBytes,
  readText,
  wrongListing,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  type ModelFile,
  scenario,
  type Verdict,
  wantedFiles,
  type World,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Cached-4bit";

export const snapshot = scenario({
  name: "interop/snapshot",
  covers: ["LAYOUT-HFCACHE", "MANAGE-HFCACHE"],
  goals: ["a nested path", "a commit by its id", "a second commit"],
  given: {
    model: anySmallModel(),
    isNested: fc.boolean(),
    revision: fc.option(anyRevision(), { nil: undefined, freq: 2 }),
    hasUpdate: fc.boolean(),
  },
  async check({ model, isNested, revision, hasUpdate }, world, verdict) {
    const nested = { path: "1_Pooling/deep/config.json", bytes: Buffer.from("{}"), lfs: false };
    const files = isNested ? [...model.files, nested] : model.files;
    const branch = revision ?? "main";
    const commit = world.hub.publish(REPOSITORY, files, { tags: ["mlx"], revision: branch });
    const asked = revision ?? commit;
    const request = { repository: REPOSITORY, revision: asked, layout: "hf-cache" } as const;
    const first = await verdict.attempt("LAYOUT-HFCACHE", () => world.start().download(request));
    const about = { directory: first.directory, commit, ref: revision };
    await judgeSnapshot(world, verdict, { ...about, files });
    if (isNested) verdict.reached("a nested path");
    if (revision === undefined) verdict.reached("a commit by its id");
    if (revision === undefined || !hasUpdate) return;
    const changed = files.map((file) =>
      file.path === "config.json" ? { ...file, bytes: Buffer.from('{"changed":1}') } : file,
    );
    const next = world.hub.publish(REPOSITORY, changed, { tags: ["mlx"], revision: branch });
    world.hub.clearLog();
    const second = await verdict.attempt("LAYOUT-HFCACHE", () => world.start().download(request));
    const fetched = contentBytes(world.hub.log);
    // Some ask for a file's first byte to learn its size.
    const isLittle = fetched >= 13 && fetched <= 13 + files.length;
    verdict.holds("LAYOUT-HFCACHE", isLittle, `${fetched} bytes were fetched for 13`);
    const update = { directory: second.directory, commit: next, ref: revision };
    await judgeSnapshot(world, verdict, { ...update, files: changed });
    await judgeSnapshot(world, verdict, { ...about, ref: undefined, files });
    verdict.reached("a second commit");
  },
});

// Helpers

async function judgeSnapshot(
  world: World,
  verdict: Verdict,
  about: {
    readonly directory: string;
    readonly commit: string;
    readonly ref: string | undefined;
    readonly files: readonly ModelFile[];
  },
): Promise<void> {
  const { directory, commit, ref, files } = about;
  const holds = (condition: boolean, detail: string) =>
    verdict.holds("LAYOUT-HFCACHE", condition, detail);
  const place = hubCachePaths(world.root, REPOSITORY);
  holds(directory === join(place.snapshots, commit), `it is in ${directory}`);
  for (const file of wantedFiles(files)) {
    const entry = filePlace(directory, file.path);
    const isThere = await exists(world.files, entry);
    holds(isThere, `${file.path} is not there`);
    const { kind } = await world.files.lstat(entry);
    holds(kind === "link", `${file.path} is a ${kind}`);
    const climb = "../".repeat(file.path.split("/").length + 1);
    const text = await world.files.readlink(entry);
    const expected = `${climb}blobs/${blobName(file)}`;
    holds(text === expected, `${file.path} leads to ${text} instead of ${expected}`);
    const bytes = await readBytes(world.files, join(place.blobs, blobName(file)));
    holds(Buffer.from(file.bytes).equals(bytes), `the blob of ${file.path} has other bytes`);
  }
  const odd = await wrongListing(world.files, world.root, {
    repository: REPOSITORY,
    commit,
    files,
  });
  verdict.holds("MANAGE-HFCACHE", odd === undefined, `${odd}`);
  if (ref === undefined) return;
  const stated = await readText(world.files, filePlace(place.refs, ref));
  holds(stated === commit, `the ref ${ref} holds ${JSON.stringify(stated)}`);
}
