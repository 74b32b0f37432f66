/**
 * A download that is slow or fails, a check or a list, with a terminal of any width or with none; a name in the hub's listing may have control
 * characters, and so may what the model's own files say.
 *
 * Invariants checked:
 * - No line that is rewritten is wider than the terminal, and nothing is left on it at the end; what follows it, such as the
 *   message of a failure, does not go on in it.
 * - Without a terminal neither output has a control character but line feeds and tabulators.
 */
import fc from "fast-check";
import { COMMAND_OPERATIONS } from "../../spec/mod.ts";
import { anySmallModel, scenario, type Verdict } from "../../harness/mod.ts";
import { commandOf } from "./command_of.ts";
import { SAID_IN, sayingModel } from "./saying_model.ts";

const REPOSITORY = "mlx-community/Shown-4bit-with-a-name-that-is-not-short";
const BYTES_PER_SECOND = 400;
/** A terminal takes the last two for controls too, and a listing may have them. */
const CONTROLS = ["\u001b[2J", "\r", "\u0007", "\u009b2J", "\u0085"] as const;

export const terminal = scenario({
  name: "command_line/terminal",
  covers: ["CMD-TERMINAL"],
  goals: [
    "a line was rewritten",
    "no terminal",
    "a name with control characters",
    "a check of files with control characters",
  ],
  given: {
    model: anySmallModel({ weightBytesMax: 2000 }),
    // Most lines fit some of them only.
    columns: fc.option(
      fc.oneof(fc.integer({ min: 20, max: 55 }), fc.integer({ min: 20, max: 120 })),
      { nil: undefined, freq: 3 },
    ),
    operation: fc.oneof(
      { arbitrary: fc.constant("download" as const), weight: 2 },
      { arbitrary: fc.constantFrom(...COMMAND_OPERATIONS), weight: 1 },
    ),
    isThere: fc.constantFrom(false, false, false, true),
    control: fc.constantFrom(...CONTROLS),
    isNamed: fc.boolean(),
    /** Where a model that is there has it in its files. */
    saidIn: fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 3 },
      { arbitrary: fc.subarray(SAID_IN, { minLength: 1 }), weight: 2 },
    ),
    json: fc.constantFrom(false, false, false, false, true),
    /** Whether the bytes that come are wrong, so that it fails when progress was shown. */
    fails: fc.boolean(),
  },
  world: () => ({ style: { chunkBytes: 64 } }),
  async check(given, world, verdict) {
    const { model, control, isNamed, saidIn, json, fails } = given;
    const { hub } = world;
    // Most of what files say is repeated by a check.
    const isCheck = saidIn !== undefined && given.operation === "download";
    const operation = isCheck ? "check" : given.operation;
    const columns = isCheck ? undefined : given.columns;
    const isThere = given.isThere || isCheck;
    const files =
      saidIn === undefined ? model.files : sayingModel(model, { saidIn, text: control });
    const extra = { path: "notes.json", bytes: new TextEncoder().encode("{}"), lfs: false };
    hub.publish(REPOSITORY, [...files, extra], { tags: ["mlx"] });
    const subject = world.start();
    const command = commandOf(subject, verdict, ["CMD-TERMINAL"]);
    if (command === undefined) return;
    if (isThere) await subject.download({ repository: REPOSITORY });
    const drip = { type: "drip", bytesPerSecond: BYTES_PER_SECOND } as const;
    const flip = { type: "flip", atByte: 0 } as const;
    hub.faults = [
      { match: { kind: "resolve", nth: "all" }, do: drip },
      { match: { kind: "cdn", nth: "all" }, do: fails ? flip : drip },
    ];
    // One kind of trouble at a time, the rarer one where there are two.
    if (isNamed) {
      const to = `no${control}tes.json`;
      const rename = { type: "rename-listing-path", from: extra.path, to } as const;
      hub.faults = [{ match: { kind: "tree", nth: "all" }, do: rename }];
      if (operation === "download" && !isThere) verdict.reached("a name with control characters");
    }
    const { stdout, stderr } = await verdict.attempt("CMD-TERMINAL", () =>
      command({
        operation,
        repository: REPOSITORY,
        json,
        ...(columns !== undefined && { columns }),
      }),
    );
    for (const text of [stdout, stderr]) {
      if (columns === undefined) judgePlain(verdict, text);
      else judgeRewritten(verdict, text, columns);
    }
    if (columns === undefined) verdict.reached("no terminal");
    if (isCheck && columns === undefined)
      verdict.reached("a check of files with control characters");
  },
});

// Helpers

function judgePlain(verdict: Verdict, text: string): void {
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  const found = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.exec(text);
  verdict.holds(
    "CMD-TERMINAL",
    found === null,
    () => `a control character in ${JSON.stringify(text)}`,
  );
}

function judgeRewritten(verdict: Verdict, text: string, columns: number): void {
  // eslint-disable-next-line no-control-regex -- sequences of a terminal
  const visible = text.replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, "");
  for (const line of visible.split("\n")) {
    const shown = line.split("\r");
    if (shown.length === 1) continue;
    verdict.reached("a line was rewritten");
    const widest = Math.max(...shown.slice(0, -1).map(({ length }) => length));
    verdict.holds("CMD-TERMINAL", widest <= columns, `${widest} of ${columns} columns: ${line}`);
  }
  judgeAppended(verdict, text, columns);
  const left = visible.split("\n").at(-1)?.split("\r").at(-1) ?? "";
  verdict.holds("CMD-TERMINAL", left === "", `"${left}" is left on the last line`);
}

/** What comes behind a text that was written with an erasure of the rest of its line goes on in that line. */
function judgeAppended(verdict: Verdict, text: string, columns: number): void {
  for (const line of text.split("\n")) {
    const last = line.split("\r").at(-1) ?? "";
    // eslint-disable-next-line no-control-regex -- it erases to the end of the line
    const [before = "", ...after] = last.split(/\u001b\[0?K/);
    if (!line.includes("\r") || before === "" || after.length === 0) continue;
    // eslint-disable-next-line no-control-regex -- sequences of a terminal
    const wide = [before, ...after].join("").replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, "").length;
    verdict.holds("CMD-TERMINAL", wide <= columns, `${wide} of ${columns} columns: ${last}`);
  }
}
