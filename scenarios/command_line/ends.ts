/**
 * A command is asked about a model that is there, damaged or absent, while the hub answers, refuses or is gone; some are
 * interrupted.
 *
 * Invariants checked:
 * - The exit code is 0 exactly where the command did what was asked or its answer is yes, and 130 after an interruption.
 * - The last line of `path` and of a download is the directory; a download that fails prints nothing there.
 * - For programs each line is a JSON object, also after an interruption; a refused download has its error code, a status its state.
 */
import fc from "fast-check";
import {
  COMMAND_OPERATIONS,
  type CommandRequest,
  type CommandResult,
  ERROR_CODES,
} from "../../spec/mod.ts";
import { isPlace } from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  tinyLlama,
  type Verdict,
  type World,
} from "../../harness/mod.ts";
import { commandOf } from "./command_of.ts";

const REPOSITORY = "mlx-community/Commanded-4bit";
const REAL_MODEL = tinyLlama({ seed: 3 });
const SIGINT_CODE = 130;

/** What is there before the command. */
const STATES = ["absent", "complete", "damaged"] as const;
const HUBS = ["answers", "refuses", "gone", "is silent until Ctrl-C"] as const;

interface Case {
  readonly state: (typeof STATES)[number];
  readonly hub: (typeof HUBS)[number];
  readonly operation: CommandRequest["operation"];
  readonly json: boolean;
  /** Whether the model is one that a runtime would load; the small ones only look like it. */
  readonly isReal: boolean;
}

export const ends = scenario({
  name: "command_line/ends",
  covers: ["CMD-EXIT", "CMD-ANSWER", "CMD-JSON"],
  goals: ["a yes", "a no", "a failed download", "an interruption", "a directory"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    state: fc.constantFrom(...STATES),
    hub: fc.constantFrom(...HUBS, "answers" as const, "is silent until Ctrl-C" as const),
    operation: fc.constantFrom(...COMMAND_OPERATIONS, "download" as const, "download" as const),
    json: fc.boolean(),
    isReal: fc.boolean(),
    afterMs: fc.integer({ min: 1, max: 2_000 }),
  },
  async check({ model, afterMs, ...about }, world, verdict) {
    const subject = world.start();
    const command = commandOf(subject, verdict, ["CMD-EXIT", "CMD-ANSWER", "CMD-JSON"]);
    if (command === undefined) return;
    const { state, hub, operation, json, isReal } = about;
    const { files } = isReal ? REAL_MODEL : model;
    const isRefused = hub === "refuses" && state === "absent";
    if (!isRefused) world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    if (state !== "absent") await subject.download({ repository: REPOSITORY });
    const directory = modelPlace(world, REPOSITORY);
    if (state === "damaged") await world.files.unlink(filePlace(directory, "config.json"));
    const controller = new AbortController();
    const isSilent = hub === "is silent until Ctrl-C";
    if (hub === "gone") world.hub.faults = [{ match: { nth: "all" }, do: { type: "refuse" } }];
    if (isSilent) {
      world.hub.faults = [{ match: { nth: "all" }, do: { type: "no-answer" } }];
      if (operation === "download") void world.clock.sleep(afterMs).then(() => controller.abort());
    }
    const result = await verdict.attempt("CMD-EXIT", () =>
      command({ operation, repository: REPOSITORY, json }, { signal: controller.signal }),
    );
    if (controller.signal.aborted) {
      // Whoever has a whole copy may have ended before.
      const isEnded = state === "complete" && result.exitCode === 0;
      judgeCode(verdict, about, { result, isRight: isEnded || result.exitCode === SIGINT_CODE });
      if (result.exitCode !== SIGINT_CODE) return;
      if (json) judgeObjects(verdict, result);
      else verdict.holds("CMD-ANSWER", result.stdout === "", `stopped, it said ${result.stdout}`);
      verdict.reached("an interruption");
      return;
    }
    judgeEnd(verdict, about, result);
    if (json) judgeLines(verdict, about, result);
    else await judgeText(verdict, about, { result, world, directory });
  },
});

// Helpers

/** Whether the command does what was asked, or the answer is yes; undefined where either may be said. */
function isYes({ state, hub, operation, isReal }: Case): boolean | undefined {
  switch (operation) {
    case "download":
      return hub === "answers" || state === "complete" || (hub === "refuses" && state !== "absent");
    case "list":
      return true;
    case "remove":
      return state === "absent" ? undefined : true;
    case "path":
      return state === "damaged" ? undefined : state === "complete";
    case "check":
      return state === "complete" && !isReal ? undefined : state === "complete";
    default:
      return state === "complete";
  }
}

function judgeEnd(verdict: Verdict, about: Case, result: CommandResult): void {
  const yes = isYes(about);
  const { exitCode } = result;
  const isOther = exitCode !== 0 && exitCode !== 2 && exitCode !== SIGINT_CODE;
  judgeCode(verdict, about, {
    result,
    isRight: (exitCode === 0 && yes !== false) || (isOther && yes !== true),
  });
  if (yes === true) verdict.reached("a yes");
  if (yes === false) verdict.reached("a no");
  if (yes === false && about.operation === "download") verdict.reached("a failed download");
}

function judgeCode(
  verdict: Verdict,
  { operation, state, hub }: Case,
  { result, isRight }: { readonly result: CommandResult; readonly isRight: boolean },
): void {
  const { exitCode, stderr } = result;
  const what = `${operation} of what is ${state} while the hub ${hub}`;
  verdict.holds("CMD-EXIT", isRight, `${what} ended with ${exitCode}: ${stderr}`);
}

async function judgeText(
  verdict: Verdict,
  about: Case,
  {
    result: { exitCode, stdout },
    world,
    directory,
  }: { readonly result: CommandResult; readonly world: World; readonly directory: string },
): Promise<void> {
  const { operation } = about;
  const failed = operation === "download" && isYes(about) === false;
  if (failed) verdict.holds("CMD-ANSWER", stdout === "", `it failed and printed ${stdout}`);
  const isPrinted = (operation === "download" || operation === "path") && exitCode === 0;
  if (!isPrinted) return;
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  const isRight = last !== "" && (await isPlace(world, last, directory));
  verdict.holds("CMD-ANSWER", isRight, `the last line is "${last}", the directory ${directory}`);
  verdict.reached("a directory");
}

/** The objects that are printed, each on a line, also by a command that is interrupted. */
function judgeObjects(verdict: Verdict, { stdout }: CommandResult): Record<string, unknown>[] {
  const lines = stdout.split("\n").filter((line) => line !== "");
  const objects: Record<string, unknown>[] = [];
  for (const line of lines) {
    const object = objectIn(line);
    verdict.holds("CMD-JSON", object !== undefined, `"${line}" is no JSON object`);
    if (object !== undefined) objects.push(object);
  }
  return objects;
}

function judgeLines(verdict: Verdict, about: Case, result: CommandResult): void {
  const objects = judgeObjects(verdict, result);
  const { operation, state } = about;
  const code = objects.at(-1)?.["code"];
  const isFailure = operation === "download" && isYes(about) === false;
  const isCode = typeof code === "string" && Object.hasOwn(ERROR_CODES, code);
  if (isFailure) verdict.holds("CMD-JSON", isCode, `the code of the failure is ${String(code)}`);
  if (operation !== "status" && operation !== "verify") return;
  const said = objects.flatMap(({ state: value }) => (typeof value === "string" ? [value] : []));
  const expected = state === "complete" ? ["complete"] : ["incomplete", "unknown"];
  const isSaid = said.length > 0 && said.every((value) => expected.includes(value));
  verdict.holds(
    "CMD-JSON",
    isSaid || isCode,
    `the state of what is ${state}: ${said.join() || "none"}`,
  );
}

function objectIn(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
