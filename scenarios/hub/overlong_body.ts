/**
 * A file's body is longer than listed: by some bytes, or without end, honestly announced or not.
 *
 * Invariants checked:
 * - At no moment does a file on the disk that begins with these bytes hold more of the body than the listed ones; notes of the
 *   client's own may lie behind them.
 * - The connection is given up; what is accepted has the listed bytes.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  cutOff,
  exists,
  EXTRA_BYTE,
  observingFiles,
  readBytes,
  readTree,
  settled,
  wireLog,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  type StartOptions,
  type World,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Overlong-4bit";
/** Pieces that may be under way when the client gives up, for each of its attempts. */
const SLACK_BYTES = 64 * 1024;
/** So many pieces a program may let the hub send before the hub learns that it is gone. */
const SLACK_PIECES = 1000;
/** What a client may note of its own behind the content. */
const NOTES_BYTES_MAX = 4096;
/** By so many bytes every file of a small model differs from the others. */
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
  async check({ model, choose, action, chunkBytes, sendContentLength }, world, verdict) {
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
    const wire = wireLog();
    const isVictim = (url: string) => decodeURIComponent(url).includes(victim.path);
    const isProgram = world.kind === "process";
    const slack = isProgram ? SLACK_PIECES * chunkBytes : SLACK_BYTES;
    const bound = victim.bytes.length + slack;
    const subject = world.start({
      relay: (fetch) => wire.watch(cutOff(fetch, { isMeant: isVictim, afterBytes: 2 * bound })),
      ...watching(world, victim.bytes, (place, bytes) => {
        verdict.reached("bytes of the file were on the disk");
        const behindBytes = bytes.length - victim.bytes.length;
        const isBounded =
          behindBytes <= NOTES_BYTES_MAX && bytes[victim.bytes.length] !== EXTRA_BYTE;
        verdict.holds("HUB-LIMIT-FILE", isBounded, `${bytes.length} bytes in ${place}`);
      }),
    });
    await settled(() => subject.download({ repository: REPOSITORY }));
    const asked = wire.requests.filter(({ url }) => isVictim(url));
    const most = Math.max(0, ...asked.map(({ bytesTaken }) => bytesTaken));
    // Of a body with an announced end a hub goes on to send what no program reads.
    const isTaken = !isProgram || !sendContentLength;
    const isGivenUp = !isTaken || most <= bound;
    verdict.holds("HUB-LIMIT-FILE", isGivenUp, `${most} bytes of ${victim.path} were taken`);
    verdict.holds("HUB-LIMIT-FILE", asked.length <= 100, `${asked.length} requests for one file`);
    const directory = modelPlace(world, REPOSITORY);
    if (!(await exists(world.files, join(directory, ...victim.path.split("/"))))) return;
    const wrong = await wrongFiles(world, directory, [{ ...victim, lfs: false }]);
    verdict.holds("HUB-LIMIT-FILE", wrong.length === 0, () => wrong.join(", "));
  },
});

/** Sees every file that begins as the wanted one does: at each write, or often. */
function watching(
  world: World,
  wanted: Uint8Array,
  see: (place: string, bytes: Uint8Array) => void,
): Pick<StartOptions, "files" | "look"> {
  const head = Buffer.from(wanted.subarray(0, HEAD_BYTES));
  const compare = async (files: World["files"], place: string) => {
    const bytes = await readBytes(files, place);
    if (head.equals(bytes.subarray(0, head.length))) see(place, bytes);
  };
  if (world.kind !== "process") {
    return {
      files: (files) =>
        observingFiles(files, async ({ operation, path }) => {
          if (operation === "write" && (await exists(files, path))) await compare(files, path);
        }),
    };
  }
  return {
    look: async () => {
      for (const { path, kind } of await readTree(world.files, world.root))
        if (kind === "file") await compare(world.files, filePlace(world.root, path));
    },
  };
}
