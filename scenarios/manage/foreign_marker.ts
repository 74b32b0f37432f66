/**
 * A marker of an older app or of another tool lies beside good and bad files.
 *
 * Invariants checked:
 * - `status` and `verify` are never complete because of it.
 * - The next download repairs the directory, and transfers only files whose hashes are wrong.
 */
import fc from "fast-check";
import { MARKER_NAME } from "../../spec/mod.ts";
import {
  contentBytes,
  inHubapi,
  markerText,
  overwriteBytes,
  removeTree,
  writeBytes,
} from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/ForeignMarker";
const MARKERS = [
  "empty",
  "cut",
  "text",
  "null",
  "list",
  "other format",
  "newer format",
  "newer format whose name begins alike",
  "no files",
  "hashes of another form",
  "huge",
  "binary",
] as const;

export const foreignMarker = scenario({
  name: "manage/foreign_marker",
  covers: ["MARK-FOREIGN"],
  goals: ["every file was right", "a file was wrong"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    marker: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...MARKERS) },
      // Of many forms, and only beside files that nobody hashes.
      { weight: 1, arbitrary: fc.constant("hashes of another form" as const) },
    ),
    bad: fc.oneof(
      fc.constant<string[]>([]),
      fc.subarray(["config.json", "tokenizer.json", "tokenizer_config.json"]),
    ),
    isByHand: fc.boolean(),
    cutAt: fc.double({ min: 0.01, max: 0.98, noNaN: true }),
  },
  async check({ model, marker, bad, isByHand, cutAt }, world, verdict) {
    const { files: disk, hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const request = { repository: REPOSITORY, ...inHubapi(world) };
    const directory = modelPlace(world, REPOSITORY, request);
    await world.start().download(request);
    const own = (await markerText(disk, directory)) ?? "";
    const { files: _, ...headOnly } = JSON.parse(own) as Record<string, unknown>;
    const texts: Record<typeof marker, string> = {
      empty: "",
      cut: own.slice(0, Math.floor(own.length * cutAt)),
      text: "downloaded",
      null: "null",
      list: `[${own}]`,
      "other format": own.replace("mlx-layout/1", "someone-else/1"),
      "newer format": own.replace("mlx-layout/1", "mlx-layout/2"),
      "newer format whose name begins alike": own.replace(
        "mlx-layout/1",
        cutAt < 0.5 ? "mlx-layout/1.1" : "mlx-layout/10",
      ),
      "no files": JSON.stringify(headOnly),
      "hashes of another form": own.replaceAll(/"(?:sha256|git-sha1):[0-9a-f]+"/g, (hash) =>
        otherForm(hash, cutAt),
      ),
      huge: " ".repeat(300_000),
      binary: "\0\u0001\u0002",
    };
    // An older app had no metadata either.
    if (isByHand) await removeTree(disk, filePlace(directory, ".cache"));
    await writeBytes(
      disk,
      filePlace(directory, MARKER_NAME),
      new TextEncoder().encode(texts[marker]),
    );
    const wanted = wantedFiles(model.files);
    world.clock.advance(2_000);
    const broken = wanted.filter(({ path }) => bad.includes(path));
    for (const { path, bytes } of broken)
      await overwriteBytes(
        disk,
        filePlace(directory, path),
        bytes.map((byte) => byte ^ 1),
      );
    verdict.reached(broken.length === 0 ? "every file was right" : "a file was wrong");
    const subject = world.start();
    for (const answer of [await subject.status(request), await subject.verify(request)])
      verdict.holds("MARK-FOREIGN", answer.state !== "complete", `${marker}: ${answer.state}`);
    hub.clearLog();
    await verdict.attempt("MARK-FOREIGN", () => subject.download(request));
    const sent = contentBytes(hub.log);
    const lost = broken.reduce((sum, { bytes }) => sum + bytes.length, 0);
    verdict.holds("MARK-FOREIGN", sent <= lost, `${sent} bytes were sent for ${lost}`);
    const wrong = await wrongFiles(world, directory, wanted);
    verdict.holds("MARK-FOREIGN", wrong.length === 0, wrong.join(", "));
    const { state } = await subject.verify(request);
    verdict.holds("MARK-FOREIGN", state === "complete", `after the download: ${state}`);
  },
});

/** A hash as others write it, of another kind, or cut. */
function otherForm(hash: string, at: number): string {
  const hex = hash.slice(hash.indexOf(":") + 1, -1);
  const forms = [
    `"${hex}"`,
    `"md5:${hex.slice(0, 32)}"`,
    `${hash.slice(0, -8)}"`,
    `[${hash}]`,
    '""',
  ];
  return forms[Math.floor(at * forms.length)] ?? "null";
}
