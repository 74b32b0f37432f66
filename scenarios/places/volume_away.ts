/**
 * The root is on a disk of its own, whose identity is known. The disk is taken away, and nothing, an empty directory or
 * another disk is in its place.
 *
 * Invariants checked:
 * - `status` is unknown, `list` answers, `download` fails, and nothing is made.
 */
import { dirname, join } from "node:path";
import fc from "fast-check";
import { makeDirectories, readTree, settled, writeBytes } from "../../harness/internal.ts";
import { anySmallModel, scenario, type World } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Away-4bit";
const IDENTITY = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";

export const volumeAway = scenario({
  name: "places/volume_away",
  covers: ["PLACE-AWAY"],
  goals: ["it is gone", "another one is there"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    now: fc.constantFrom("gone", "empty", "another"),
    wasDownloaded: fc.boolean(),
  },
  async check({ model, now, wasDownloaded }, world, verdict) {
    const { files: disk, root, outside } = world;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    await identify(world, IDENTITY);
    const volume = IDENTITY;
    const request = { repository: REPOSITORY };
    const here = await verdict.attempt("PLACE-AWAY", () => world.start({ volume }).status(request));
    verdict.holds(
      "PLACE-AWAY",
      here.state === "incomplete",
      `while it is there it is ${here.state}`,
    );
    if (wasDownloaded) await world.start({ volume }).download(request);
    await disk.rename(root, join(outside, "drawer"));
    if (now === "gone") verdict.reached("it is gone");
    else await makeDirectories(disk, root);
    if (now === "another") {
      await identify(world, "0".repeat(32));
      verdict.reached("another one is there");
    }
    const tree = async () => JSON.stringify(await readTree(disk, dirname(root)));
    const before = await tree();
    const subject = world.start({ volume });
    const { state } = await verdict.attempt("PLACE-AWAY", () => subject.status(request));
    verdict.holds("PLACE-AWAY", state === "unknown", `status is ${state}`);
    const listed = await verdict.attempt("PLACE-AWAY", () => subject.list());
    verdict.holds("PLACE-AWAY", listed.length === 0, () => `it lists ${JSON.stringify(listed)}`);
    const downloaded = await settled(() => subject.download(request));
    verdict.holds("PLACE-AWAY", downloaded === undefined, "a download succeeded");
    verdict.holds("PLACE-AWAY", (await tree()) === before, "something was made");
  },
});

async function identify({ files, root }: World, id: string): Promise<void> {
  const text = JSON.stringify({ format: "mlx-layout-volume/1", id });
  await writeBytes(files, join(root, ".mlx-layout", "volume.json"), new TextEncoder().encode(text));
}
