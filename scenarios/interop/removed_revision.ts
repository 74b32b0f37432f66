/**
 * Three commits of a model lie in the hub's own cache and share contents, and another client has noted what each of them does not have;
 * one of them is removed by name; other refs may name it too. Before that somebody may ask for the removal of a branch that no ref names,
 * or of a commit that is not there.
 *
 * Invariants checked:
 * - Who asks for what is not there removes nothing.
 * - Its snapshot goes, with the contents that no other has; every file of the others stays as it was.
 * - The refs, the listings and the notes of the others stay as well, and no ref names the commit that went.
 * - The bytes that are reported are those that came free.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { FileSystem } from "../../spec/mod.ts";
import {
  contentView,
  hubCachePaths,
  readBytes,
  readTree,
  settled,
  sizeOnDisk,
  writeBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  type ModelFile,
  scenario,
  type Verdict,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";

const REQUEST = { repository: "mlx-community/Revisions-4bit", layout: "hf-cache" } as const;
/** Claims of the removal itself may come and go. */
const SLACK_BYTES = 16;
/** What other clients have looked for in vain. */
const ABSENT = "adapter_config.json";

export const removedRevision = scenario({
  name: "interop/removed_revision",
  covers: ["REMOVE-ALL", "REMOVE-BYTES", "REMOVE-NEIGHBOURS", "MANAGE-HFCACHE"],
  // How a program finds a snapshot to remove is its own affair.
  worlds: ["memory", "disk"],
  goals: [
    "a content was shared",
    "a content was its own",
    "several refs named it",
    "another was asked for that is not there",
  ],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    changed: fc.tuple(fc.nat(20), fc.nat(20)),
    which: fc.nat(2),
    isByBranch: fc.boolean(),
    /** Further refs that another client has written for the commit that goes. */
    also: fc.subarray(["main", "nightly", "refs/pr/3"]),
    /** What is asked for before that is not there. */
    inVain: fc.option(fc.constantFrom("v3", "refs/pr/4", "ab".repeat(20)), { nil: undefined }),
  },
  async check({ model, changed, which, isByBranch, also, inVain }, world, verdict) {
    const { files: disk, hub, root } = world;
    const versions = versionsOf(model.files, changed);
    const commits: string[] = [];
    for (const [at, files] of versions.entries()) {
      commits.push(hub.publish(REQUEST.repository, files, { revision: `v${at}`, tags: ["mlx"] }));
      await world.start().download({ ...REQUEST, revision: `v${at}` });
    }
    const { repository, snapshots } = hubCachePaths(root, REQUEST.repository);
    const directoryOf = (at: number) => join(snapshots, commits[at] ?? "");
    for (const commit of commits)
      await writeBytes(disk, join(repository, ".no_exist", commit, ABSENT), new Uint8Array());
    const gone = commits[which];
    for (const name of also)
      await writeBytes(disk, join(repository, "refs", name), Buffer.from(gone ?? ""));
    const others = [0, 1, 2].filter((at) => commits[at] !== gone);
    if (new Set(commits).size < commits.length) return;
    const own = wantedFiles(versions[which] ?? []);
    const isElsewhere = ({ bytes }: ModelFile) =>
      others.some((at) => (versions[at] ?? []).some((file) => same(file.bytes, bytes)));
    if (own.some(isElsewhere)) verdict.reached("a content was shared");
    if (own.some((file) => !isElsewhere(file))) verdict.reached("a content was its own");
    const kept = others.flatMap((at) => [
      `.no_exist/${commits[at]}/${ABSENT}`,
      `trees/${commits[at]}.json`,
      `refs/v${at}`,
    ]);
    const notes = async () =>
      (await readTree(disk, repository))
        .filter(({ path }) => kept.includes(path))
        .map(({ path, sha256 }) => `${path} ${sha256}`);
    const before = await notes();
    if (inVain !== undefined) await judgeInVain(world, verdict, { repository, revision: inVain });
    const sizeBytes = await sizeOnDisk(disk, root);
    const revision = isByBranch ? `v${which}` : (gone ?? "");
    const { bytesFreed } = await verdict.attempt("REMOVE-ALL", () =>
      world.start().remove({ ...REQUEST, revision }),
    );
    const left = (await readTree(disk, directoryOf(which))).filter(
      ({ kind }) => kind !== "directory",
    );
    verdict.holds("REMOVE-ALL", left.length === 0, () => `${left[0]?.path} is left`);
    const after = await notes();
    const lost = before.find((line) => !after.includes(line));
    verdict.holds("MANAGE-HFCACHE", lost === undefined, `${lost} is not as it was`);
    // The official client takes a cache for corrupted where a ref names a commit that is not there.
    const astray = (await refsOf(disk, repository)).find(({ commit }) => commit === gone);
    verdict.holds("MANAGE-HFCACHE", astray === undefined, () => `${astray?.name} names it still`);
    if (also.length > 0) verdict.reached("several refs named it");
    for (const at of others) {
      const wrong = await wrongFiles(world, directoryOf(at), wantedFiles(versions[at] ?? []));
      verdict.holds("REMOVE-NEIGHBOURS", wrong.length === 0, () => `v${at}: ${wrong.join(", ")}`);
      const status = await world.start().status({ ...REQUEST, revision: `v${at}` });
      const { state } = status;
      verdict.holds("REMOVE-NEIGHBOURS", state === "complete", `the status of v${at} is ${state}`);
    }
    const freed = sizeBytes - (await sizeOnDisk(disk, root));
    const isCounted = Math.abs(bytesFreed - freed) <= SLACK_BYTES;
    verdict.holds("REMOVE-BYTES", isCounted, `${bytesFreed} are reported, ${freed} came free`);
    await judgeContents(
      world,
      verdict,
      others.flatMap((at) => wantedFiles(versions[at] ?? [])),
    );
  },
});

/** Each version has one other file than the one before. */
function versionsOf(first: readonly ModelFile[], changed: readonly number[]): ModelFile[][] {
  const versions = [[...first]];
  for (const [at, nth] of changed.entries()) {
    const before = versions[at] ?? [];
    versions.push(
      before.map((file, index) =>
        index === nth % before.length ? { ...file, bytes: Buffer.from(`{"v":${at}}`) } : file,
      ),
    );
  }
  return versions;
}

/** Somebody asks for the removal of what is not there; whether that is told is not judged here. */
async function judgeInVain(
  world: World,
  verdict: Verdict,
  { repository, revision }: { readonly repository: string; readonly revision: string },
): Promise<void> {
  const before = await contentView(world.files, repository);
  await settled(() => world.start().remove({ ...REQUEST, revision }));
  const after = new Set(await contentView(world.files, repository));
  const taken = before.find((line) => !after.has(line));
  const detail = `${revision} is not there, and with it went ${taken}`;
  verdict.holds("REMOVE-NEIGHBOURS", taken === undefined, detail);
  verdict.reached("another was asked for that is not there");
}

/** No content is there that none of the files that stay has. */
async function judgeContents(
  { files, root }: World,
  verdict: Verdict,
  staying: readonly ModelFile[],
): Promise<void> {
  const blobs = (await readTree(files, root)).filter(({ path }) => path.includes("/blobs/")).length;
  const contents = new Set(
    staying.map(({ bytes, lfs }) => `${lfs} ${Buffer.from(bytes).toString("hex")}`),
  );
  const detail = `${blobs} contents are there for ${contents.size}`;
  verdict.holds("REMOVE-ALL", blobs <= contents.size, detail);
}

async function refsOf(
  disk: FileSystem,
  repository: string,
): Promise<{ readonly name: string; readonly commit: string }[]> {
  const refs = join(repository, "refs");
  const found = (await readTree(disk, refs)).filter(({ kind }) => kind === "file");
  return Promise.all(
    found.map(async ({ path: name }) => {
      const bytes = await readBytes(disk, join(refs, name));
      return { name, commit: Buffer.from(bytes).toString().trim() };
    }),
  );
}

function same(one: Uint8Array, two: Uint8Array): boolean {
  return Buffer.from(one).equals(two);
}
