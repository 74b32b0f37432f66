/**
 * A download breaks off, by a kill of its process, a cancel or a line that is lost; what had arrived is kept, and then the hub is away.
 *
 * Invariants checked:
 * - Who names what is missing after a kill names it after any other end as well, each file by its path.
 */
import fc from "fast-check";
import {
  asFailure,
  beginOutage,
  describeError,
  errorOf,
  keptParts,
  namesFile,
  needsOwnProcess,
  OUTAGES,
  textOf,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  killDownload,
  type ModelFile,
  modelPlace,
  NotApplicable,
  scenario,
  wantedFiles,
} from "../../harness/mod.ts";
import { missingFiles } from "./missing_files.ts";

const KILLED = "mlx-community/Killed-Off-4bit";
const BROKEN = "mlx-community/Broken-Off-4bit";
const WEIGHTS: ModelFile = {
  path: "more.safetensors",
  bytes: new Uint8Array(4000).fill(7),
  lfs: true,
};
const CHUNK_BYTES = 500;

export const brokenOff = scenario({
  name: "offline/broken_off",
  covers: ["OFF-INCOMPLETE"],
  goals: ["it was listed"],
  // Of a file in small pieces it is not known which comes first.
  pieceBytes: [],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    end: fc.constantFrom("cancel", "lost line"),
    atByte: fc.integer({ min: 1000, max: 3500 }),
    outage: fc.constantFrom(...OUTAGES),
  },
  world: () => ({ style: { chunkBytes: CHUNK_BYTES } }),
  async check({ model, end, atByte, outage }, world, verdict) {
    needsOwnProcess(world, "of another process nobody sees when its cancel comes");
    const { hub } = world;
    const files = [...model.files.filter(({ path }) => !path.endsWith("safetensors")), WEIGHTS];
    const request = { repository: KILLED, layout: "hubapi" } as const;
    hub.publish(KILLED, files, { tags: ["mlx"] });
    const match = { kind: "cdn", nth: 1 } as const;
    if (!(await killDownload(world, request, { at: { at: "chunk", nth: 12 } })))
      throw new NotApplicable("it was not killed");
    const said = await saidOf(() => world.start().download({ ...request, offline: true }));
    // A client that keeps no plan of what it began has nothing to name.
    if (
      !(await missingFiles(world, KILLED, wantedFiles(files))).every((path) =>
        namesFile(said.text, path),
      )
    )
      throw new NotApplicable("it does not name what a download that was killed lacks");
    hub.publish(BROKEN, files, { tags: ["mlx"] });
    const controller = new AbortController();
    hub.faults = [
      { match, do: { type: "cut", atByte, how: end === "cancel" ? "stall" : "rst" } },
      { match: { kind: "cdn", nth: "all" }, do: { type: "refuse" } },
    ];
    if (end === "cancel") void world.clock.sleep(5_000).then(() => controller.abort());
    const broken = { ...request, repository: BROKEN };
    const { signal } = controller;
    const error = await errorOf(() => world.start().download(broken, { signal }));
    hub.faults = [];
    const lacking = await missingFiles(world, BROKEN, wantedFiles(files));
    const kept = await keptParts(world, modelPlace(world, BROKEN, { layout: "hubapi" }), files);
    if (error === undefined || kept.size === 0) return;
    const effect = beginOutage(world, outage, BROKEN);
    const subject = world.start(effect.start);
    const { text, failure } = await saidOf(() =>
      subject.download({ ...broken, ...effect.request }),
    );
    for (const path of lacking) {
      verdict.holds("OFF-INCOMPLETE", namesFile(text, path), {
        expected: `an error that names each missing file: ${lacking.join(", ")}`,
        detail: `${path} is not named in: ${describeError(failure)}`,
      });
    }
    verdict.reached("it was listed");
  },
});

// Helpers

async function saidOf(
  action: () => Promise<unknown>,
): Promise<{ readonly text: string; readonly failure: unknown }> {
  const failure = await errorOf(action);
  return { text: textOf(asFailure(failure)), failure };
}
