/**
 * A command is asked whether a model is whole that somebody has put there by hand: nothing vouches for its files, all of which may be
 * there, or one of which is missing.
 *
 * Invariants checked:
 * - Where the answer is not that it is complete, the exit code is neither 0 nor that of a wrong use or an interruption.
 */
import fc from "fast-check";
import { changeFiles, inHubapi } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles } from "../../harness/mod.ts";
import { commandOf } from "./command_of.ts";

const REPOSITORY = "mlx-community/Unvouched-4bit";
const COVERS = ["CMD-EXIT"] as const;

export const unvouched = scenario({
  name: "command_line/unvouched",
  covers: COVERS,
  goals: ["nothing is missing"],
  given: {
    model: anySmallModel({ weightBytesMax: 100 }),
    operation: fc.constantFrom("status" as const, "verify" as const),
    isWhole: fc.boolean(),
    which: fc.nat(20),
  },
  async check({ model, operation, isWhole, which }, world, verdict) {
    const command = commandOf(world.start(), verdict, COVERS);
    if (command === undefined) return;
    const wanted = wantedFiles(model.files);
    const lost = isWhole ? undefined : wanted[which % wanted.length];
    const directory = modelPlace(world, REPOSITORY, inHubapi(world));
    const after = model.files.filter((file) => file !== lost);
    await changeFiles(world, directory, { before: [], after });
    const ask = (json: boolean) =>
      verdict.attempt("CMD-EXIT", () => command({ operation, repository: REPOSITORY, json }));
    const answers = [await ask(true), await ask(false)];
    // Whether that is said rightly is a matter of the status itself.
    if (/"state": ?"complete"/.test(answers[0]?.stdout ?? "")) return;
    for (const { exitCode, stderr } of answers) {
      const isNo = ![0, 2, 130].includes(exitCode);
      const what = `${operation} of what nobody vouches for ended with ${exitCode}`;
      verdict.holds("CMD-EXIT", isNo, `${what}: ${stderr}`);
    }
    if (isWhole) verdict.reached("nothing is missing");
  },
});
