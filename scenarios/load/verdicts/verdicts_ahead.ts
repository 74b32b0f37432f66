/**
 * Somebody asks which runtimes load a model, then downloads and checks it.
 *
 * Invariants checked:
 * - Before the download the verdicts are those of the check after it.
 * - No more of a large weight file is transferred for them than its header and 1 MiB.
 */
import fc from "fast-check";
import { writeSafetensors } from "../../../harness/internal.ts";
import { scenario } from "../../../harness/mod.ts";
import { answerFor, anyUnknownType, anyVerdictModel, VERDICT_CASES } from "./verdict_cases.ts";

const REPOSITORY = "mlx-community/Ahead-4bit";
const LARGE = "mlx-community/Large-4bit";
const WEIGHTS = "model.safetensors";
const SLACK_BYTES = 1024 ** 2;
const NAMES = Object.keys(VERDICT_CASES).filter((name) => VERDICT_CASES[name]?.isDownloaded);

export const verdictsAhead = scenario({
  name: "load/verdicts_ahead",
  pieceBytes: [8192],
  covers: ["LOAD-AHEAD", "LOAD-AHEAD-BYTES"],
  given: {
    model: anyVerdictModel,
    type: anyUnknownType,
    name: fc.constantFrom(...NAMES),
    sizeMiB: fc.integer({ min: 4, max: 6 }),
  },
  goals: ["a verdict was yes", "a verdict was no"],
  async check({ model, type, name, sizeMiB }, world, verdict) {
    const { apply } = VERDICT_CASES[name] ?? {};
    if (apply === undefined) return;
    const subject = world.start();
    const { canLoad } = subject;
    if (canLoad === undefined) {
      for (const id of ["LOAD-AHEAD", "LOAD-AHEAD-BYTES"] as const)
        verdict.skip(id, "it gives no verdicts before a download");
      return;
    }
    world.hub.publish(REPOSITORY, apply(model, type), { tags: ["mlx"] });
    const request = { repository: REPOSITORY };
    const before = await verdict.attempt("LOAD-AHEAD", () => canLoad(request));
    await subject.download(request);
    const { runtimes: after } = await world.start().check(request);
    if (after === undefined) verdict.skip("LOAD-AHEAD", "its reports name no runtimes");
    for (const { runtime, from: version } of [...before.runtimes, ...(after ?? [])]) {
      const asked = answerFor(before.runtimes, runtime, version);
      const checked = answerFor(after ?? [], runtime, version);
      const isSame = asked === undefined || checked === undefined || asked === checked;
      const words = `${runtime} ${version} loads it: ${asked} before, ${checked} after (${name})`;
      verdict.holds("LOAD-AHEAD", isSame, words);
      if (checked === true) verdict.reached("a verdict was yes");
      if (checked === false) verdict.reached("a verdict was no");
    }

    const data = new Uint8Array(sizeMiB * 1024 ** 2);
    const bytes = writeSafetensors([
      { name: "model.norm.weight", dtype: "U8", shape: [data.length], data },
    ]);
    const small = model.files.filter(({ path }) => !/safetensors/.test(path));
    const files = [...small, { path: WEIGHTS, bytes, lfs: true }];
    world.hub.publish(LARGE, files, { tags: ["mlx"] });
    const earlier = world.hub.log.length;
    await verdict.attempt("LOAD-AHEAD-BYTES", () => canLoad({ repository: LARGE }));
    const sentBytes = world.hub.log
      .slice(earlier)
      .filter(({ file }) => file === WEIGHTS)
      .reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    const headerBytes = bytes.length - data.length;
    const isLittle = sentBytes <= headerBytes + SLACK_BYTES;
    const words = `${sentBytes} bytes of ${WEIGHTS} were sent, whose header has ${headerBytes}`;
    verdict.holds("LOAD-AHEAD-BYTES", isLittle, words);
  },
});
