/**
 * A copy of a model is damaged in one way, or lies where MLX does not look: below the root, in the hub's own cache, in
 * the place that another tool has for it, or below a further root. Somebody asks what is wrong, and takes the steps that the findings name.
 *
 * Invariants checked:
 * - The cause is named with the copy's directory; a sound copy has no error. What only the hash of all bytes shows need not be found.
 * - After the steps the cause is gone, also for who asks of that copy alone and so has all of its bytes read.
 * - No request is sent to find it.
 */
import { join } from "node:path";
import fc from "fast-check";
import type {
  DiagnoseRequest,
  DiagnosisCause,
  DiagnosisFinding,
  ModelManager,
} from "../../spec/mod.ts";
import { exists, settled, wireLog } from "../../harness/internal.ts";
import { scenario, tinyLlama, type Verdict, type World } from "../../harness/mod.ts";
import { type Damage, DAMAGES, HIDDEN, spoil } from "./spoil_copy.ts";

const REPOSITORY = "mlx-community/Ill-4bit";

/** Places of the copy, and how it comes to be there. */
const PLACES = ["hubapi", "lmstudio", "hf-cache", "misplaced", "a further root"] as const;

/** No damage needs more steps: a link that goes, a move, a download, and one for what that brings to light. */
const STEPS_MAX = 4;

export const diagnosed = scenario({
  name: "places/diagnosed",
  covers: ["DOCTOR-CAUSE", "DOCTOR-MEND", "DOCTOR-LOCAL"],
  goals: [
    "a sound copy",
    "a damaged one",
    "a misplaced one",
    "one in a further root",
    "a turned bit was found",
  ],
  given: {
    at: fc.constantFrom(...PLACES, "hf-cache"),
    damage: fc.constantFrom(...(Object.keys(DAMAGES) as Damage[]), ...HIDDEN, ...HIDDEN),
    byName: fc.boolean(),
    isDown: fc.constantFrom(false, false, true),
  },
  async check({ at: drawn, damage, byName, isDown }, world, verdict) {
    // A program is not told of further roots.
    const at = world.kind === "process" && drawn === "a further root" ? "hubapi" : drawn;
    const model = tinyLlama({ seed: 7 });
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const directory = await place(world, at);
    await spoil(world, directory, damage);
    const wire = wireLog();
    const roots = at === "a further root" && { roots: [{ root: furtherRoot(world) }] };
    const subject = world.start({ relay: wire.watch, ...roots });
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
    if (at === "a further root") verdict.reached("one in a further root");
    const isFound = errors.some(({ cause }) => causes.includes(cause));
    verdict.holds(
      "DOCTOR-CAUSE",
      isFound || HIDDEN.includes(damage),
      `${damage}: it found ${told}, and not ${causes.join(" or ")}`,
    );
    if (damage === "a turned bit" && isFound) verdict.reached("a turned bit was found");
    // Whoever moves a copy knows it by another directory then.
    const again = at === "misplaced" ? {} : request;
    if (!isDown) await mended(subject, { world, directory, causes, found: errors, again, verdict });
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
    /** What is asked after a step. */
    readonly again: DiagnoseRequest;
    readonly verdict: Verdict;
  },
): Promise<void> {
  const { world, directory, causes, again, verdict } = context;
  const look = async () => {
    // Of a copy that was removed nothing is said.
    const { findings = [] } =
      (await settled(async () => subject.diagnose?.(again))) ??
      (await subject.diagnose?.({})) ??
      {};
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

function furtherRoot({ outside }: World): string {
  return join(outside, "further");
}

/** Puts a sound copy into its place. */
async function place(world: World, at: (typeof PLACES)[number]): Promise<string> {
  const layout = at === "misplaced" || at === "a further root" ? "hubapi" : at;
  const root = at === "a further root" ? furtherRoot(world) : world.root;
  if (root !== world.root) await world.files.mkdir(root);
  const { directory } = await world.start({ root }).download({ repository: REPOSITORY, layout });
  if (at !== "misplaced") return directory;
  const flat = join(world.root, "ill");
  await world.files.rename(directory, flat);
  return flat;
}
