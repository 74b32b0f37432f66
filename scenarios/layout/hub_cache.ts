/**
 * A program whose own layout is the hub's cache downloads a model, and its next version; others read the cache meanwhile.
 *
 * Invariants checked:
 * - The snapshot is named by the commit, its entries are relative links into `blobs`, each blob is named by its hash, and the ref holds the commit.
 * - A ref never names a commit of which files are missing.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  exists,
  gitBlobSha1,
  HEAD,
  readBytes,
  readText,
  sha256Hex,
  stateDirectory,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  type ModelFile,
  modelPlace,
  NotApplicable,
  scenario,
  wantedFiles,
  type World,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/HubCache";

export const hubCache = scenario({
  name: "layout/hub_cache",
  covers: ["LAYOUT-HFCACHE", "LAYOUT-REF-LAST"],
  worlds: ["process"],
  given: { versions: fc.array(anySmallModel(), { minLength: 1, maxLength: 2 }) },
  world: () => ({ style: { chunkBytes: 2000 } }),
  async check({ versions }, world, verdict) {
    const place = modelPlace(world, REPOSITORY);
    if (!place.endsWith(HEAD)) throw new NotApplicable("its layout is not the hub's cache");
    const cache = stateDirectory(place);
    const commits = new Map<string, readonly ModelFile[]>();
    const look = async () => {
      const named = (await readText(world.files, join(cache, "refs", "main"))) ?? "";
      for (const { path } of commits.get(named) ?? []) {
        const isThere = await exists(world.files, join(cache, "snapshots", named, path));
        verdict.holds(
          "LAYOUT-REF-LAST",
          isThere,
          `refs/main names a commit, and ${path} is not there`,
        );
      }
    };
    for (const { files } of versions) {
      const wanted = wantedFiles(files);
      const commit = world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
      commits.set(commit, wanted);
      const before = world.start();
      const { directory } = await verdict.attempt("LAYOUT-HFCACHE", () =>
        before.download({ repository: REPOSITORY }),
      );
      const expected = join(cache, "snapshots", commit);
      verdict.holds("LAYOUT-HFCACHE", directory === expected, `${directory} is not ${expected}`);
      const ref = await readText(world.files, join(cache, "refs", "main"));
      verdict.holds("LAYOUT-HFCACHE", ref === commit, `refs/main holds ${JSON.stringify(ref)}`);
      for (const file of wanted) {
        const fault = await faultOfLink(world, { cache, snapshot: expected, file });
        verdict.holds("LAYOUT-HFCACHE", fault === undefined, `${file.path} ${fault}`);
      }
    }
    const [last] = versions;
    if (last === undefined) return;
    const more = { path: "more.json", bytes: new TextEncoder().encode("{}"), lfs: false };
    const commit = world.hub.publish(REPOSITORY, [...last.files, more], { tags: ["mlx"] });
    commits.set(commit, wantedFiles([...last.files, more]));
    await verdict.attempt("LAYOUT-HFCACHE", () =>
      world.start({ look }).download({ repository: REPOSITORY }),
    );
    await look();
  },
});

async function faultOfLink(
  world: World,
  options: { readonly cache: string; readonly snapshot: string; readonly file: ModelFile },
): Promise<string | undefined> {
  const { cache, snapshot, file } = options;
  const place = join(snapshot, file.path);
  if (!(await exists(world.files, place))) return "is not there";
  if ((await world.files.lstat(place)).kind !== "link") return "is no link";
  const text = await world.files.readlink(place);
  const name = file.lfs ? sha256Hex(file.bytes) : gitBlobSha1(file.bytes);
  const up = "../".repeat(file.path.split("/").length + 1);
  if (text !== `${up}blobs/${name}`) return `links to ${text}`;
  const bytes = await readBytes(world.files, join(cache, "blobs", name));
  return Buffer.from(bytes).equals(file.bytes) ? undefined : "has other bytes than its name says";
}
