/**
 * A download is resumed, and the server answers the range request in a way of its own.
 *
 * Invariants checked:
 * - A part that starts elsewhere is not used, and does not cost what was kept.
 * - A whole file restarts the file; 416 and kept bytes that are too many or enough never keep it from finishing.
 * - Bytes of content that has changed upstream are not used.
 */
import fc from "fast-check";
import type { FaultAction, FaultRule } from "../../harness/mod.ts";
import {
  anySmallModel,
  contentExchanges,
  filePlace,
  firstByte,
  killDownload,
  modelPlace,
  overwriteBytes,
  readBytes,
  readTree,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/ResumeAnswers";
const WAYS = [
  "wrong range",
  "whole file",
  "416",
  "too many bytes",
  "all bytes",
  "changed",
  "damaged",
] as const;
const ANSWERS: Partial<Record<(typeof WAYS)[number], FaultAction>> = {
  "wrong range": { type: "wrong-content-range", shiftBytes: -7 },
  "whole file": { type: "ignore-range" },
  "416": { type: "status", status: 416 },
};
const REQUIREMENTS = {
  "wrong range": "DL-RESUME-RANGE",
  "whole file": "DL-RESUME-WHOLE",
  "416": "DL-RESUME-UNWEDGED",
  "too many bytes": "DL-RESUME-UNWEDGED",
  "all bytes": "DL-RESUME-UNWEDGED",
  changed: "DL-RESUME-CHANGED",
  damaged: "DL-RESUME-UNWEDGED",
} as const;

export const resumeAnswers = scenario({
  name: "download/resume_answers",
  covers: ["DL-RESUME-RANGE", "DL-RESUME-WHOLE", "DL-RESUME-UNWEDGED", "DL-RESUME-CHANGED"],
  goals: ["a range was asked for", "kept bytes were altered"],
  given: {
    fill: anySmallModel(),
    changed: anySmallModel(),
    way: fc.constantFrom(...WAYS),
    after: fc.integer({ min: 8, max: 30 }),
    isAlways: fc.boolean(),
  },
  world: () => ({ style: { chunkBytes: 64 } }),
  weight: 3,
  async check({ fill, changed, way, after, isAlways }, world, verdict) {
    const id = REQUIREMENTS[way];
    const weights = { path: "model.safetensors", bytes: pattern(2000), lfs: true };
    const files = [...fill.files.filter(({ path }) => !path.endsWith(".safetensors")), weights];
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    const request = { repository: REPOSITORY, concurrency: 1 };
    const directory = modelPlace(world, REPOSITORY);
    await killDownload(world, request, { at: { at: "chunk", nth: after } });
    const next = way === "changed" ? changed.files : files;
    if (way === "changed") world.hub.publish(REPOSITORY, next, { tags: ["mlx"] });
    const kept = (await readTree(world.files, directory)).filter(
      ({ kind, sizeBytes, path }) =>
        kind === "file" &&
        sizeBytes > 0 &&
        !files.some((file) => file.path === path) &&
        !path.endsWith(".json"),
    );
    for (const { path } of kept) {
      const place = filePlace(directory, path);
      const bytes = await readBytes(world.files, place);
      if (way === "too many bytes")
        await overwriteBytes(world.files, place, new Uint8Array([...bytes, ...pattern(3000)]));
      if (way === "all bytes") await overwriteBytes(world.files, place, pattern(2000).fill(3, 10));
      if (way === "damaged")
        await overwriteBytes(
          world.files,
          place,
          bytes.map((byte) => byte ^ 1),
        );
      if (way.endsWith("bytes") || way === "damaged") verdict.reached("kept bytes were altered");
    }
    const action = ANSWERS[way];
    const rule: FaultRule[] =
      action === undefined
        ? []
        : [{ match: { range: true, nth: isAlways ? "all" : 1 }, do: action }];
    world.hub.faults = rule;
    world.hub.clearLog();
    await verdict.attempt(id, () => world.start().download(request));
    const wrong = await wrongFiles(world, directory, wantedFiles(next));
    verdict.holds(id, wrong.length === 0, wrong.join(", "));
    const parts = contentExchanges(world.hub.log).filter(({ range }) => range !== undefined);
    if (parts.length > 0) verdict.reached("a range was asked for");
    if (way !== "wrong range" || isAlways || parts.length === 0) return;
    const keptBytes = Math.min(...parts.map(firstByte));
    const again = contentExchanges(world.hub.log).filter(
      (exchange) =>
        parts.some(({ path }) => path === exchange.path) && firstByte(exchange) < keptBytes,
    );
    verdict.holds(
      "DL-RESUME-RANGE",
      again.length === 0,
      () =>
        `${keptBytes} bytes were kept, and byte ${firstByte(again[0] ?? exchangeOf(parts))} was asked for`,
    );
  },
});

// Helpers

function pattern(sizeBytes: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, at) => (at * 7 + (at >> 6)) & 255);
}

function exchangeOf<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined) throw new RangeError("Cannot take the first of none");
  return first;
}
