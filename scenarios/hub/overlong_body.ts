/**
 * A file's body is longer than listed: by some bytes, or without end, honestly announced or not.
 *
 * Invariants checked:
 * - At no moment does a file on the disk that begins with these bytes hold more than the listed ones.
 * - The connection is given up; what is accepted has the listed bytes.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  anySmallModel,
  exists,
  modelPlace,
  observingFiles,
  readBytes,
  scenario,
  settled,
  wireLog,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Overlong-4bit";
/** Pieces that may be under way when the client gives up, for each of its attempts. */
const SLACK_BYTES = 64 * 1024;
/** By so many bytes every file of a small model is told from the others. */
const HEAD_BYTES = 96;

export const overlongBody = scenario({
  name: "hub/overlong_body",
  covers: ["HUB-LIMIT-FILE"],
  given: {
    model: anySmallModel(),
    choose: fc.nat(),
    action: fc.oneof(
      fc.constant({ type: "endless-body" } as const),
      fc.record({ type: fc.constant("extra" as const), bytes: fc.integer({ min: 1, max: 5000 }) }),
    ),
    chunkBytes: fc.constantFrom(7, 64, 1024, 65_536),
    sendContentLength: fc.boolean(),
    lfsFiles: fc.constantFrom("direct" as const, "cdn" as const),
  },
  goals: ["bytes of the file were on the disk"],
  world: ({ chunkBytes, sendContentLength, lfsFiles }) => ({
    style: { chunkBytes, sendContentLength, lfsFiles },
  }),
  async check({ model, choose, action }, world, verdict) {
    const { hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const victims = model.files.filter(
      ({ path, bytes }) => bytes.length > 0 && !path.endsWith(".md"),
    );
    const victim = victims[choose % victims.length] ?? { path: "", bytes: new Uint8Array() };
    const kinds = ["resolve", "cdn"] as const;
    hub.faults = kinds.map((kind) => ({
      match: { kind, path: victim.path, nth: "all" as const },
      do: action,
    }));
    const head = Buffer.from(victim.bytes.subarray(0, HEAD_BYTES));
    const wire = wireLog();
    const subject = world.start({
      fetch: wire.watch,
      files: (files) =>
        observingFiles(files, async ({ operation, path }) => {
          if (operation !== "write" || !(await exists(files, path))) return;
          const bytes = await readBytes(files, path);
          if (!head.equals(bytes.subarray(0, head.length))) return;
          verdict.reached("bytes of the file were on the disk");
          const isBounded = bytes.length <= victim.bytes.length;
          verdict.holds("HUB-LIMIT-FILE", isBounded, `${bytes.length} bytes in ${path}`);
        }),
    });
    await settled(() => subject.download({ repository: REPOSITORY }));
    const asked = wire.requests.filter(({ url }) => decodeURIComponent(url).includes(victim.path));
    const most = Math.max(0, ...asked.map(({ bytesTaken }) => bytesTaken));
    const bound = victim.bytes.length + SLACK_BYTES;
    verdict.holds("HUB-LIMIT-FILE", most <= bound, `${most} bytes of ${victim.path} were taken`);
    verdict.holds("HUB-LIMIT-FILE", asked.length <= 100, `${asked.length} requests for one file`);
    const directory = modelPlace(world, REPOSITORY);
    if (!(await exists(world.files, join(directory, ...victim.path.split("/"))))) return;
    const wrong = await wrongFiles(world, directory, [{ ...victim, lfs: false }]);
    verdict.holds("HUB-LIMIT-FILE", wrong.length === 0, () => wrong.join(", "));
  },
});
