/**
 * The hub, or something before it, sends other bytes than it lists: once, or every time.
 *
 * Invariants checked:
 * - A download that succeeds has the listed bytes in every file.
 * - One that fails says which file, what was listed and what was found, and publishes nothing of it.
 * - What is sent wrong every time is never accepted, and not asked for without end.
 */
import fc from "fast-check";
import type { Fetch } from "../../../spec/mod.ts";
import {
  asFailure,
  describeError,
  exists,
  gitBlobSha1,
  namesFile,
  sha256Hex,
} from "../../../harness/internal.ts";
import {
  type FaultAction,
  anySmallModel,
  filePlace,
  type ModelFile,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/WrongBytes";
/** More than anybody asks for some small files, however often each is tried. */
const REQUESTS_MAX = 400;

export const wrongBytes = scenario({
  name: "download/wrong_bytes",
  pieceBytes: [],
  covers: ["DL-INTEGRITY", "DL-INTEGRITY-NAMES", "DL-NOT-A-HUB", "ERROR-KIND"],
  goals: ["refused", "sent right in the end"],
  weight: 1.6,
  given: {
    model: anySmallModel(),
    target: fc.nat(10),
    how: fc.constantFrom(
      "half",
      "one short",
      "one more",
      "zeroed",
      "flipped",
      "html",
      "pointer",
      "empty",
    ),
    isAlways: fc.constantFrom(true, true, true, false),
  },
  async check({ model, target, how, isAlways }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const candidates = wantedFiles(model.files).filter(({ bytes }) => bytes.length > 4);
    const file = candidates[target % candidates.length] ?? candidates[0];
    if (file === undefined) return;
    const sizeBytes = file.bytes.length;
    const actions: Record<typeof how, FaultAction> = {
      half: { type: "short", byBytes: sizeBytes >> 1 },
      "one short": { type: "short", byBytes: 1 },
      "one more": { type: "extra", bytes: 1 },
      zeroed: { type: "zero-tail", bytes: sizeBytes >> 1 },
      flipped: { type: "flip", atByte: sizeBytes >> 1 },
      html: { type: "html" },
      pointer: { type: "lfs-pointer" },
      empty: { type: "short", byBytes: sizeBytes },
    };
    const kind = file.lfs ? ("cdn" as const) : ("resolve" as const);
    const path = file.lfs ? "/lfs/*" : file.path;
    const match = { kind, path, nth: isAlways ? ("all" as const) : 1 };
    world.hub.faults = [{ match, do: actions[how] }];
    const directory = modelPlace(world, REPOSITORY);
    const wanted = wantedFiles(model.files);
    let asked = 0;
    // Who goes on for ever finds nobody any more; a program is ended anyway.
    const relay =
      (fetch: Fetch): Fetch =>
      async (url, request) => {
        if (++asked > REQUESTS_MAX) throw new TypeError("fetch failed");
        return fetch(url, request);
      };
    const error = await world
      .start(world.kind === "process" ? {} : { relay })
      .download({ repository: REPOSITORY })
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    verdict.holds("DL-INTEGRITY", asked <= REQUESTS_MAX, "it goes on without end");
    if (error === undefined) {
      const wrong = await wrongFiles(world, directory, wanted);
      verdict.holds("DL-INTEGRITY", wrong.length === 0, wrong.join(", "));
      verdict.holds("DL-NOT-A-HUB", wrong.length === 0, wrong.join(", "));
      verdict.reached("sent right in the end");
      return;
    }
    const published: ModelFile[] = [];
    for (const one of wanted)
      if (await exists(world.files, filePlace(directory, one.path))) published.push(one);
    const wrong = await wrongFiles(world, directory, published);
    verdict.holds("DL-INTEGRITY", wrong.length === 0, wrong.join(", "));
    if (how === "html") verdict.holds("DL-NOT-A-HUB", wrong.length === 0, wrong.join(", "));
    // Where the content network sends wrong bytes of every file, which of them was refused is the subject's affair.
    const others = model.files.map(({ path }) => path);
    const isNamed = wanted.some((one) => namesRefused(error, one, { others }));
    verdict.holds("DL-INTEGRITY-NAMES", isNamed, {
      expected: "an error that names the file, what was listed of it and what was found",
      detail: describeError(error),
    });
    verdict.hasKind(error, ["integrity", "not-a-hub"], { about: "DL-INTEGRITY" });
    verdict.reached("refused");
    if (isAlways || world.kind !== "process") return;
    // Whether a program tries again by itself is another requirement's: its user does.
    await verdict.attempt("DL-INTEGRITY", () => world.start().download({ repository: REPOSITORY }));
    const wrongNow = await wrongFiles(world, directory, wanted);
    verdict.holds("DL-INTEGRITY", wrongNow.length === 0, wrongNow.join(", "));
    verdict.reached("sent right in the end");
  },
});

// Helpers

/** Whether an error says which file was refused, what was listed of it and what was found, in its fields or in its text. */
function namesRefused(
  error: unknown,
  { path, bytes }: ModelFile,
  options: { readonly others: readonly string[] },
): boolean {
  const failure = asFailure(error);
  const { file, expected = "", actual = "", message = "" } = failure ?? {};
  if (file !== undefined && expected !== actual) return true;
  const text = [file, expected, actual, message].join(" ");
  const listed = [String(bytes.length), sha256Hex(bytes), gitBlobSha1(bytes)];
  const facts = text.replaceAll(path, " ").match(/\b(?:[0-9a-f]{40,64}|\d+)\b/g) ?? [];
  return (
    namesFile(text, path, options) &&
    facts.some((fact) => listed.includes(fact)) &&
    facts.some((fact) => !listed.includes(fact))
  );
}
