/**
 * Several tasks and processes download one model at once; one of them may be killed, its lock left behind.
 *
 * Invariants checked:
 * - Every one that lives succeeds, the model is intact, and nothing is left over.
 * - A dead process's lock holds nobody up for long; each content is transferred once.
 */
import fc from "fast-check";
import {
  asFailure,
  contentBytes,
  EndlessCall,
  isPlace,
  leftovers,
  takenFiles,
} from "../../../harness/internal.ts";
import {
  anySmallModel,
  modelPlace,
  ProcessKilled,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/SeveralAtOnce";

export const severalAtOnce = scenario({
  name: "download/several_at_once",
  covers: ["DL-CONCURRENT", "DL-LOCK-DEAD", "DL-ONE-TRANSFER", "DL-LEFTOVERS"],
  goals: ["one was killed", "all lived"],
  given: {
    model: anySmallModel(),
    processes: fc.integer({ min: 1, max: 3 }),
    tasks: fc.integer({ min: 1, max: 2 }),
    killAt: fc.option(fc.integer({ min: 1, max: 80 }), { nil: undefined }),
  },
  async check({ model, processes, tasks, killAt }, world, verdict) {
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const request = { repository: REPOSITORY };
    const running = Array.from({ length: processes + 1 }, () => world.start());
    if (killAt !== undefined) running[0]?.killAt({ at: "operation", nth: killAt });
    const downloads = running.flatMap((subject) =>
      Array.from({ length: tasks }, () =>
        subject.download(request).catch((error: unknown) => {
          if (error instanceof ProcessKilled) return undefined;
          throw error;
        }),
      ),
    );
    const results = await Promise.all(downloads).catch((error: unknown) => {
      // Where one dies, what keeps the others from finishing is its lock, unless they get in each other's way: what a program
      // calls that is its own affair, and one that waits for the dead has no end.
      const isInTheWay =
        world.kind === "process"
          ? !(error instanceof EndlessCall)
          : asFailure(error)?.code === "disk-io";
      const isOfDead = running[0]?.isKilled === true && !isInTheWay;
      const cause = isOfDead ? "DL-LOCK-DEAD" : "DL-CONCURRENT";
      return verdict.attempt(cause, () => Promise.reject(error));
    });
    await world.settle();
    const isKilled = running[0]?.isKilled === true;
    verdict.reached(isKilled ? "one was killed" : "all lived");
    const startMs = world.clock.now();
    const id = isKilled ? "DL-LOCK-DEAD" : "DL-CONCURRENT";
    await verdict.attempt(id, () => world.start().download(request));
    verdict.holds(
      id,
      world.clock.now() - startMs < 60_000,
      `it took ${world.clock.now() - startMs} ms`,
    );
    const directory = modelPlace(world, REPOSITORY);
    const wrong = await wrongFiles(world, directory, wantedFiles(model.files));
    verdict.holds("DL-CONCURRENT", wrong.length === 0, wrong.join(", "));
    for (const result of results)
      verdict.holds(
        "DL-CONCURRENT",
        result === undefined || (await isPlace(world, result.directory, directory)),
        `${result?.directory} is another directory`,
      );
    const left = await leftovers(world, directory, model.files);
    verdict.holds("DL-LEFTOVERS", left.length === 0, () => `${left[0]} is left`);
    if (isKilled) return;
    const taken = takenFiles(world.hub.log, model.files);
    const totalBytes = taken.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const sentBytes = contentBytes(world.hub.log);
    verdict.holds(
      "DL-ONE-TRANSFER",
      sentBytes <= totalBytes,
      `${sentBytes} bytes were sent for ${totalBytes}`,
    );
  },
});
