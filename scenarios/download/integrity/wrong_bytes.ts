/**
 * The hub, or something before it, sends other bytes than it lists: once, or every time.
 *
 * Invariants checked:
 * - A download that succeeds has the listed bytes in every file; one that fails says which file, and publishes nothing of it.
 * - What is sent wrong every time is never accepted.
 */
import fc from "fast-check";
import { asFailure, describeError, exists } from "../../../harness/internal.ts";
import {
  type FaultAction,
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/WrongBytes";

export const wrongBytes = scenario({
  name: "download/wrong_bytes",
  covers: ["DL-INTEGRITY", "DL-INTEGRITY-NAMES", "DL-NOT-A-HUB"],
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
    const error = await world
      .start()
      .download({ repository: REPOSITORY })
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    if (error === undefined) {
      const wrong = await wrongFiles(world, directory, wantedFiles(model.files));
      verdict.holds("DL-INTEGRITY", wrong.length === 0, wrong.join(", "));
      verdict.holds("DL-NOT-A-HUB", wrong.length === 0, wrong.join(", "));
      verdict.reached("sent right in the end");
      return;
    }
    const failure = asFailure(error);
    const id = how === "html" ? "DL-NOT-A-HUB" : "DL-INTEGRITY";
    verdict.holds(id, failure?.code === "integrity" || failure?.code === "not-a-hub", () =>
      describeError(error),
    );
    verdict.holds(
      "DL-INTEGRITY-NAMES",
      failure?.file !== undefined && (failure.expected ?? "") !== (failure.actual ?? ""),
      () => describeError(error),
    );
    const refused = model.files.find(({ path: name }) => name === failure?.file);
    const isThere =
      refused !== undefined && (await exists(world.files, filePlace(directory, refused.path)));
    verdict.holds("DL-INTEGRITY", !isThere, () => `${refused?.path} is there all the same`);
    verdict.reached("refused");
  },
});
