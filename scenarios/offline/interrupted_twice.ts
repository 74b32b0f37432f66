/**
 * A download is interrupted, then a second one of more files or of a later commit is interrupted too, and then the hub is away.
 *
 * Invariants checked:
 * - Who names what is missing after the first one names after the second one what that lacks, each file by its path.
 */
import fc from "fast-check";
import {
  asFailure,
  beginOutage,
  describeError,
  errorOf,
  namesFile,
  OUTAGES,
  textOf,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  killDownload,
  type ModelFile,
  NotApplicable,
  scenario,
} from "../../harness/mod.ts";
import { missingFiles } from "./missing_files.ts";

const REPOSITORY = "mlx-community/Interrupted-Twice-4bit";
const weights = (name: string, salt: number): ModelFile => ({
  path: `${name}.safetensors`,
  bytes: new Uint8Array(2000).fill(salt),
  lfs: true,
});
const OLD = [weights("old-one", 1), weights("old-two", 2)];
const NEW = [weights("new-one", 3), weights("new-two", 4)];

export const interruptedTwice = scenario({
  name: "offline/interrupted_twice",
  covers: ["OFF-INCOMPLETE"],
  goals: ["the second one was listed"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    change: fc.constantFrom("a later commit", "more files"),
    first: fc.integer({ min: 2, max: 9 }),
    second: fc.integer({ min: 2, max: 9 }),
    outage: fc.constantFrom(...OUTAGES),
  },
  world: () => ({ style: { chunkBytes: 500 } }),
  async check({ model, change, first, second, outage }, world, verdict) {
    const { hub } = world;
    const rest = model.files.filter(({ path }) => !path.includes("safetensors"));
    const isWider = change === "more files";
    hub.publish(REPOSITORY, [...rest, ...OLD, ...(isWider ? NEW : [])], { tags: ["mlx"] });
    const request = { repository: REPOSITORY, layout: "hubapi" } as const;
    const narrow = isWider ? { include: OLD.map(({ path }) => path) } : {};
    const one = { ...request, ...narrow };
    const at = { at: "chunk", nth: first } as const;
    if (!(await killDownload(world, one, { at }))) throw new NotApplicable("it was not killed");
    const before = await missingFiles(world, REPOSITORY, OLD);
    const told = await errorOf(() => world.start().download({ ...one, offline: true }));
    const said = textOf(asFailure(told));
    // A client that keeps no plan of what it began has nothing to name.
    if (before.length === 0 || !before.every((path) => namesFile(said, path)))
      throw new NotApplicable("it does not name what a download that was interrupted lacks");
    if (!isWider) hub.publish(REPOSITORY, [...rest, ...NEW], { tags: ["mlx"] });
    const two = isWider ? { ...request, include: ["*.safetensors"] } : request;
    const again = { at: "chunk", nth: second } as const;
    hub.clearLog();
    if (!(await killDownload(world, two, { at: again })))
      throw new NotApplicable("it was not killed again");
    // Before that it may not have learnt what there is.
    if (!hub.log.some(({ file = "" }) => file.startsWith("new-")))
      throw new NotApplicable("it was killed before it asked for a file");
    const lacking = await missingFiles(world, REPOSITORY, NEW);
    const effect = beginOutage(world, outage, REPOSITORY);
    const subject = world.start(effect.start);
    const failure = await errorOf(() => subject.download({ ...two, ...effect.request }));
    const text = textOf(asFailure(failure));
    for (const path of lacking) {
      verdict.holds("OFF-INCOMPLETE", namesFile(text, path), {
        expected: `an error that names each missing file: ${lacking.join(", ")}`,
        detail: `${path} is not named in: ${describeError(failure)}`,
      });
    }
    if (lacking.length > 0) verdict.reached("the second one was listed");
  },
});
