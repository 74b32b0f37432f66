/**
 * A command is used wrongly: an option or a command that there is none of, or no model.
 *
 * Invariants checked:
 * - The exit code is 2, nothing on the disk changes, and the hub is asked nothing.
 */
import fc from "fast-check";
import { COMMAND_OPERATIONS, MISUSES } from "../../spec/mod.ts";
import { readTree } from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";
import { commandOf } from "./command_of.ts";

const REPOSITORY = "mlx-community/Misused-4bit";

export const wrongUse = scenario({
  name: "command_line/wrong_use",
  covers: ["CMD-EXIT"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    isThere: fc.boolean(),
    operation: fc.constantFrom(...COMMAND_OPERATIONS),
    misuse: fc.constantFrom(...MISUSES),
    json: fc.boolean(),
  },
  async check({ model, isThere, operation, misuse, json }, world, verdict) {
    const subject = world.start();
    const command = commandOf(subject, verdict, ["CMD-EXIT"]);
    // A list needs no argument.
    if (command === undefined || (operation === "list" && misuse === "missing-argument")) return;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    if (isThere) await subject.download({ repository: REPOSITORY });
    world.hub.clearLog();
    const tree = async () => JSON.stringify(await readTree(world.files, world.root));
    const before = isThere ? await tree() : "";
    const { exitCode } = await verdict.attempt("CMD-EXIT", () =>
      command({ operation, repository: REPOSITORY, misuse, json }),
    );
    verdict.holds("CMD-EXIT", exitCode === 2, `${operation} with ${misuse} ended with ${exitCode}`);
    const after = isThere ? await tree() : "";
    verdict.holds("CMD-EXIT", after === before, `${operation} with ${misuse} changed the disk`);
    const asked = world.hub.log.length;
    verdict.holds("CMD-EXIT", asked === 0, `${operation} with ${misuse} sent ${asked} requests`);
  },
});
