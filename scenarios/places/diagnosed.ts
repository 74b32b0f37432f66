/**
 * A copy of a model is damaged in one way, or lies where MLX does not look: below the root, in the hub's own cache, or in
 * the store of another tool. Somebody asks what is wrong, and takes the steps that the findings name.
 *
 * Invariants checked:
 * - The cause is named with the copy's directory; a sound copy has no error.
 * - After the steps the cause is gone.
 * - No request is sent to find it.
 */
import { dirname, join } from "node:path";
import fc from "fast-check";
import type { DiagnosisCause, DiagnosisFinding, ModelManager } from "../../spec/mod.ts";
import { exists, readBytes, wireLog, writeBytes } from "../../harness/internal.ts";
import { filePlace, scenario, tinyLlama, type Verdict, type World } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Ill-4bit";
const WEIGHTS = "model.safetensors";

/** Places of the copy, and how it comes to be there. */
const PLACES = ["hubapi", "lmstudio", "hf-cache", "misplaced"] as const;

/** What becomes of the copy, and the causes that are true of it. */
const DAMAGES = {
  none: [],
  cut: ["truncated", "wrong-size"],
  "no weights": ["missing-weights", "missing-file"],
  "no tokenizer": ["missing-tokenizer", "missing-file"],
  page: ["html", "wrong-size", "hash"],
  pointer: ["lfs-pointer", "wrong-size"],
  "no configuration": ["missing-config", "missing-file"],
} as const satisfies Readonly<Record<string, readonly DiagnosisCause[]>>;

/** No damage needs more steps: a move, a download, and one for what that brings to light. */
const STEPS_MAX = 3;

export const diagnosed = scenario({
  name: "places/diagnosed",
  covers: ["DOCTOR-CAUSE", "DOCTOR-MEND", "DOCTOR-LOCAL"],
  goals: ["a sound copy", "a damaged one", "a misplaced one"],
  given: {
    at: fc.constantFrom(...PLACES),
    damage: fc.constantFrom(...(Object.keys(DAMAGES) as (keyof typeof DAMAGES)[])),
    byName: fc.boolean(),
    isDown: fc.boolean(),
  },
  async check({ at, damage, byName, isDown }, world, verdict) {
    const model = tinyLlama({ seed: 7 });
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const directory = await place(world, at);
    await spoil(world, directory, damage);
    const wire = wireLog();
    const subject = world.start({ relay: wire.watch });
    if (subject.diagnose === undefined) {
      for (const id of ["DOCTOR-CAUSE", "DOCTOR-MEND", "DOCTOR-LOCAL"] as const)
        verdict.skip(id, "it diagnoses nothing");
      return;
    }
    // What is misplaced is known by its directory.
    const request = byName && at !== "misplaced" ? { repository: REPOSITORY } : { directory };
    if (isDown) world.hub.goOffline();
    const { findings } = await verdict.attempt(
      "DOCTOR-CAUSE",
      async () => (await subject.diagnose?.(request)) ?? { findings: [], models: 0 },
    );
    const [asked] = wire.requests;
    verdict.holds("DOCTOR-LOCAL", asked === undefined, `it asked ${asked?.url}`);
    const causes: readonly DiagnosisCause[] =
      at === "misplaced" ? ["misplaced", ...DAMAGES[damage]] : DAMAGES[damage];
    const errors = await errorsIn(world, findings, directory);
    const told = errors.map(({ cause }) => cause).join(", ") || "nothing";
    if (causes.length === 0) {
      verdict.reached("a sound copy");
      verdict.holds("DOCTOR-CAUSE", errors.length === 0, `it found ${told} in a sound copy`);
      return;
    }
    verdict.reached(at === "misplaced" ? "a misplaced one" : "a damaged one");
    verdict.holds(
      "DOCTOR-CAUSE",
      errors.some(({ cause }) => causes.includes(cause)),
      `it found ${told}, and not ${causes.join(" or ")}`,
    );
    if (!isDown) await mended(subject, { world, directory, causes, found: errors, verdict });
  },
});

// Helpers

/** Takes the steps that the findings name, one after the other. */
async function mended(
  subject: ModelManager,
  context: {
    readonly world: World;
    readonly directory: string;
    readonly causes: readonly DiagnosisCause[];
    readonly found: readonly DiagnosisFinding[];
    readonly verdict: Verdict;
  },
): Promise<void> {
  const { world, directory, causes, verdict } = context;
  const look = async () => {
    const { findings = [] } = (await subject.diagnose?.({})) ?? {};
    return findings.filter(({ level }) => level === "error");
  };
  let found = context.found;
  for (let at = 0; at < STEPS_MAX && found.length > 0; at++) {
    const step = found.find(({ mend }) => mend !== undefined && mend.operation !== "run")?.mend;
    if (step === undefined) break;
    await verdict.attempt("DOCTOR-MEND", async () => subject.mend?.(step));
    found = await look();
  }
  const left = (await errorsIn(world, found, directory)).filter(({ cause }) =>
    causes.includes(cause),
  );
  verdict.holds(
    "DOCTOR-MEND",
    left.length === 0,
    `after its steps it still finds ${left.map(({ cause, detail }) => `${cause}: ${detail}`).join(", ")}`,
  );
}

async function errorsIn(
  world: World,
  findings: readonly DiagnosisFinding[],
  directory: string,
): Promise<readonly DiagnosisFinding[]> {
  const real = async (path: string) =>
    (await exists(world.files, path)) ? world.files.realpath(path) : path;
  const own = await real(directory);
  const errors: DiagnosisFinding[] = [];
  for (const finding of findings)
    if (finding.level === "error" && (await real(finding.directory)) === own) errors.push(finding);
  return errors;
}

/** Puts a sound copy into its place. */
async function place(world: World, at: (typeof PLACES)[number]): Promise<string> {
  const layout = at === "misplaced" ? "hubapi" : at;
  const { directory } = await world.start().download({ repository: REPOSITORY, layout });
  if (at !== "misplaced") return directory;
  const flat = join(world.root, "ill");
  await world.files.rename(directory, flat);
  return flat;
}

async function spoil(world: World, directory: string, damage: keyof typeof DAMAGES): Promise<void> {
  const { files } = world;
  const replace = async (path: string, bytes: Uint8Array | undefined) => {
    const entry = filePlace(directory, path);
    // In the hub's cache it is a link to a content.
    const data = await files.realpath(entry);
    await files.unlink(entry);
    if (data !== entry && (await exists(files, data))) await files.unlink(data);
    if (bytes !== undefined) await writeBytes(files, entry, bytes);
  };
  const text = (value: string) => new TextEncoder().encode(value);
  if (damage === "none") return;
  if (damage === "cut") {
    const whole = await readBytes(files, await files.realpath(filePlace(directory, WEIGHTS)));
    await replace(WEIGHTS, whole.subarray(0, whole.length - 12));
  } else if (damage === "no weights") await replace(WEIGHTS, undefined);
  else if (damage === "no tokenizer") await replace("tokenizer.json", undefined);
  else if (damage === "no configuration") await replace("config.json", undefined);
  else if (damage === "page") await replace("tokenizer.json", text("<!DOCTYPE html><html></html>"));
  else
    await replace(
      WEIGHTS,
      text(
        `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 123456789\n`,
      ),
    );
  await files.syncDirectory(dirname(filePlace(directory, WEIGHTS)));
}
