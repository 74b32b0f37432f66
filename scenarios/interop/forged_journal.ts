/**
 * A migration died half-way; what it left is rewritten so that it names the user's own directory or another model, or a file there, as what
 * came with the root could. Another process goes on or goes back; it may be told of the old place by name.
 *
 * Invariants checked:
 * - Nothing outside the root and nothing of the other model changes.
 */
import { dirname, join, relative, resolve } from "node:path";
import fc from "fast-check";
import {
  asFailure,
  changeFiles,
  readBytes,
  readTree,
  settled,
  writeBytes,
} from "../../harness/internal.ts";
import { anySmallModel, modelPlace, ProcessKilled, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Forged-4bit";
const FLAT = "mlx-community--Forged-4bit";
/** Of a program, calls of the system are counted, and a claim alone takes dozens. */
const CALLS_OF_AN_OPERATION = 5;
const VICTIM_FILE = "thesis.txt";
const VICTIM = "models/mlx-community/Victim";

export const forgedJournal = scenario({
  name: "interop/forged_journal",
  covers: ["MIGRATE-JOURNAL"],
  goals: ["a journal was forged", "a file in it was"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    nth: fc.integer({ min: 6, max: 60 }),
    forged: fc.constantFrom("from", "to", "both", "a file", "a file"),
    names: fc.constantFrom("outside", "outside by dots", "another model"),
    step: fc.constantFrom("move", "undo"),
    isNamed: fc.boolean(),
  },
  async check({ model, nth, forged, names, step, isNamed }, world, verdict) {
    const { files, root, outside } = world;
    await changeFiles(world, join(root, FLAT), { before: [], after: model.files });
    const doomed = world.start();
    doomed.killAt({
      at: "operation",
      nth: world.kind === "process" ? nth * CALLS_OF_AN_OPERATION : nth,
    });
    try {
      await doomed.migrate({ repository: REPOSITORY, step: "move" });
    } catch (error) {
      if (!(error instanceof ProcessKilled) && asFailure(error) === undefined) throw error;
    }
    await world.settle();
    const victims = [outside, join(root, VICTIM)];
    for (const victim of victims) {
      // What it has may be moved away, and what it has not may be moved there.
      const some = model.files.filter((_, at) => at % 2 === 0);
      await changeFiles(world, victim, { before: [], after: some });
      await writeBytes(files, join(victim, VICTIM_FILE), new TextEncoder().encode("mine"));
    }
    const place = {
      outside,
      "outside by dots": relative(root, outside),
      "another model": VICTIM,
    }[names];
    const to = modelPlace(world, REPOSITORY, { layout: "hubapi" });
    for (const { path, kind } of await readTree(files, root)) {
      const at = join(root, path);
      const isModel = victims.concat(to, join(root, FLAT)).includes(dirname(at));
      if (kind !== "file" || isModel) continue;
      const text = new TextDecoder().decode(await readBytes(files, at));
      const others = {
        from: { [FLAT]: place, [join(root, FLAT)]: place },
        to: { [relative(root, to)]: place, [to]: place },
      };
      const base = step === "move" ? join(root, FLAT) : to;
      const file = model.files[nth % model.files.length]?.path ?? "";
      const rewritten = rewrite(
        text,
        {
          from: others.from,
          to: others.to,
          both: { ...others.from, ...others.to },
          "a file": { [file]: relative(base, resolve(root, place, VICTIM_FILE)) },
        }[forged],
      );
      if (rewritten === text) continue;
      await writeBytes(files, at, new TextEncoder().encode(rewritten));
      verdict.reached(forged === "a file" ? "a file in it was" : "a journal was forged");
    }
    const view = async () => {
      const trees = await Promise.all(victims.map((victim) => readTree(files, victim)));
      return JSON.stringify(trees.flat().map(({ path, kind, sha256 }) => [path, kind, sha256]));
    };
    const before = await view();
    const from = isNamed ? { from: join(root, FLAT) } : {};
    await settled(() => world.start().migrate({ repository: REPOSITORY, step, ...from }));
    const after = await view();
    verdict.holds("MIGRATE-JOURNAL", after === before, () => `there was ${before}, is ${after}`);
  },
});

/** Replaces whole quoted texts. */
function rewrite(text: string, names: Readonly<Record<string, string>>): string {
  return Object.entries(names).reduce(
    (result, [from, to]) => result.replaceAll(JSON.stringify(from), JSON.stringify(to)),
    text,
  );
}
