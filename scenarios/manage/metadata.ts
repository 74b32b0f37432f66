/**
 * A model is downloaded, damaged and repaired, and switched to another revision.
 *
 * Invariants checked:
 * - After each, every visible file that was downloaded has a metadata file which Swift's and Python's clients accept.
 * - A file that is gone has none, and none is older than its file, also where the clock is behind.
 */
import fc from "fast-check";
import { METADATA_DIRECTORY } from "../../spec/mod.ts";
import { contentEtag, inHubapi, modelNames, readText } from "../../harness/internal.ts";
import { anySmallModel, filePlace, modelPlace, scenario, wantedFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Metadata-4bit";
const BEHIND_MS = 3_600_000;
const NESTED = ["1_Pooling/config.json", "a+b/é#1.json", ".hidden.json"];

export const metadata = scenario({
  name: "manage/metadata",
  covers: ["MANAGE-METADATA"],
  goals: ["a file is gone"],
  given: {
    versions: fc.array(anySmallModel({ weightBytesMax: 200 }), { minLength: 1, maxLength: 2 }),
    nested: fc.subarray(NESTED),
    damage: fc.constantFrom("none", "file", "metadata"),
    isRepaired: fc.boolean(),
    /** Whether the machine's clock is behind that of its disk, as on a network, or after somebody has set it. */
    isBehind: fc.constantFrom(false, false, true),
    which: fc.nat(20),
  },
  async check({ versions, nested, damage, isRepaired, which, isBehind }, world, verdict) {
    const { files: disk, hub } = world;
    const id = "MANAGE-METADATA";
    const request = { repository: REPOSITORY, ...inHubapi(world) };
    const directory = modelPlace(world, REPOSITORY, request);
    const judge = async (commit: string, files: ReturnType<typeof wantedFiles>) => {
      for (const file of files) {
        const { modifiedMs } = await disk.stat(filePlace(directory, file.path));
        const text = await readText(
          disk,
          filePlace(directory, `${METADATA_DIRECTORY}/${file.path}.metadata`),
        );
        const [first, second, third = "", ...rest] = text?.split("\n") ?? [];
        const isParted = text !== undefined && rest.length === 1 && /^\d+(\.\d+)?$/.test(third);
        verdict.holds(id, isParted, `${file.path}: ${JSON.stringify(text)}`);
        const isSame = first === commit && second === contentEtag(file);
        verdict.holds(id, isSame, `${file.path}: ${first} ${second}`);
        // Python passes over metadata that is more than a second older than its file.
        verdict.holds(id, modifiedMs / 1000 - 1 <= Number(third), `${file.path}: ${third} is old`);
      }
      const names = [...(await modelNames(disk, directory)).keys()];
      const stale = names
        .filter((name) => name.startsWith(METADATA_DIRECTORY))
        .map((name) => name.slice(METADATA_DIRECTORY.length + 1, -".metadata".length))
        .find((path) => !path.includes("/.") && !path.startsWith(".") && !names.includes(path));
      verdict.holds(id, stale === undefined, `${stale} is gone and has metadata`);
    };
    // The clock of a program is the machine's.
    const clockJumps = [{ afterMs: 0, byMs: -BEHIND_MS }];
    const start = isBehind && world.kind !== "process" ? { clockJumps } : {};
    let last: readonly string[] = [];
    for (const [at, version] of versions.entries()) {
      const extra = (at === 0 ? nested : []).map((path) => ({
        path,
        bytes: new TextEncoder().encode(`{"at":${JSON.stringify(path)}}`),
        lfs: false,
      }));
      const files = [...version.files, ...extra];
      const commit = hub.publish(REPOSITORY, files, { tags: ["mlx"] });
      const download = () => world.start(start).download(request);
      await verdict.attempt(id, download);
      const visible = wantedFiles(files).filter(({ path }) => !path.startsWith("."));
      if (last.some((path) => !visible.some((file) => file.path === path)))
        verdict.reached("a file is gone");
      last = visible.map(({ path }) => path);
      await judge(commit, visible);
      const path = last[which % last.length] ?? "";
      if (damage === "none") continue;
      const lost = damage === "file" ? path : `${METADATA_DIRECTORY}/${path}.metadata`;
      await disk.unlink(filePlace(directory, lost));
      world.clock.advance(60_000);
      // The next version comes to what the user has damaged, which that version may not have.
      if (!isRepaired) continue;
      await verdict.attempt(id, download);
      // A subject that lost metadata alone may restore it at the next change of the model; a file that was fetched anew needs it now.
      if (damage === "file") await judge(commit, visible);
    }
  },
});
