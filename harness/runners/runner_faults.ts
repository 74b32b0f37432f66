import type { ErrorCode } from "../../spec/mod.ts";
import type { RunnerRequest } from "../../spec/runner_messages.ts";
import { answerHonestly, SCRIPTED_HELLO } from "./honest_runner.ts";
import type { RunnerScript, ScriptedRunner } from "./scripted_programs.ts";
import { WRONG_MESSAGES, wrongLine } from "./wrong_messages.ts";

/** One thing that a runner does wrong. */
export interface RunnerFault {
  readonly name: string;
  /** The code that it is reported with. */
  readonly code: ErrorCode;
  readonly script: RunnerScript;
}

type Wrong = (runner: ScriptedRunner, id: number) => Promise<unknown>;

const MIB = 1024 * 1024;

/** What goes wrong whenever something is asked for, and how it is reported. */
const WRONGS: Readonly<Record<string, readonly [ErrorCode, Wrong]>> = {
  "is killed": ["runner-died", (runner) => runner.end({ signal: "SIGKILL" })],
  "exits with 1": ["runner-died", (runner) => runner.end({ exitCode: 1 })],
  "exits with 0": ["runner-no-answer", (runner) => runner.end({ exitCode: 0 })],
  "closes its output": [
    "runner-no-answer",
    (runner) => {
      runner.closeOutput();
      return runner.hang();
    },
  ],
  hangs: ["runner-timeout", (runner) => runner.hang()],
  "floods one message": [
    "runner-flood",
    (runner) => flood((text) => runner.write(text), "x".repeat(MIB)),
  ],
  "floods its stderrTail": [
    "runner-flood",
    (runner) => flood((text) => runner.complain(text), `${"x".repeat(MIB)}\n`),
  ],
  "writes no JSON": [
    "runner-protocol",
    (runner) => runner.write("Fetching 12 files: 100%|####|\n"),
  ],
  "writes half a message": [
    "runner-protocol",
    async (runner) => {
      await runner.write('{"event":"loa');
      return runner.end({ exitCode: 0 });
    },
  ],
  "writes a message of another kind": [
    "runner-protocol",
    (runner, id) => runner.say({ event: "unloaded", id }),
  ],
  refuses: [
    "runner-failed",
    (runner, id) =>
      runner.say({ event: "error", id, kind: "cannot-load", message: "Missing 11 parameters" }),
  ],
};

/** Where something goes wrong. */
const MOMENTS = ["load", "generate"] as const;

/** Everything that a scripted runner does wrong, at every moment. */
export const RUNNER_FAULTS: readonly RunnerFault[] = [
  ...MOMENTS.flatMap((moment) =>
    Object.entries(WRONGS).map(([name, [code, wrong]]): RunnerFault => ({
      name: `${name} at ${moment}`,
      code,
      script: faulty(moment, wrong),
    })),
  ),
  ...["is killed", "exits with 0", "hangs", "writes no JSON", "floods one message"].map(
    (name): RunnerFault => {
      const [code, wrong] = WRONGS[name] ?? ["internal", async () => {}];
      return { name: `${name} at the second token`, code, script: faulty("token", wrong) };
    },
  ),
  ...MOMENTS.map((moment): RunnerFault => ({
    name: `answers another request at ${moment}`,
    code: "runner-protocol",
    script: async (runner) => {
      await runner.say(SCRIPTED_HELLO);
      for await (const request of runner.requests) {
        const id = request.op === moment ? request.id + 100 : request.id;
        await answerHonestly(runner, { ...request, id });
      }
    },
  })),
  {
    name: "reads no request at generate",
    code: "runner-timeout",
    script: async (runner) => {
      await runner.say(SCRIPTED_HELLO);
      for await (const request of runner.requests) {
        await answerHonestly(runner, request);
        await runner.hang();
      }
    },
  },
  {
    name: "refuses what it does not support",
    code: "unsupported",
    script: faulty("load", (runner, id) =>
      runner.say({ event: "error", id, kind: "unsupported", message: "This model is not for me." }),
    ),
  },
  {
    name: "is silent at the start",
    code: "runner-timeout",
    script: (runner) => runner.hang(),
  },
  {
    name: "ends at the start",
    code: "runner-died",
    script: (runner) => runner.end({ exitCode: 3 }),
  },
  {
    name: "speaks another version",
    code: "runner-protocol",
    script: async (runner) => {
      await runner.write(`${JSON.stringify({ ...SCRIPTED_HELLO, protocol: 2 })}\n`);
      await runner.hang();
    },
  },
];

/** Every message that the protocol does not have, or not there: at the start, at the load, and in place of the answer. */
export const MESSAGE_FAULTS: readonly RunnerFault[] = [
  ...MOMENTS.flatMap((moment) =>
    Object.entries(WRONG_MESSAGES).map(([name, message]): RunnerFault => ({
      name: `says ${name} at ${moment}`,
      code: "runner-protocol",
      script: faulty(moment, (runner, id) => runner.write(wrongLine(message, id))),
    })),
  ),
  {
    name: "says more tokens than were asked for",
    code: "runner-protocol",
    script: faulty("generate", async (runner, id) => {
      for (let at = 0; at < 100; at++) {
        // oxlint-disable-next-line no-await-in-loop -- tokens have one order
        await runner.say({ event: "token", id, token: 3, text: "x" });
      }
    }),
  },
  {
    name: "ends with another token than it said",
    code: "runner-protocol",
    script: faulty("generate", async (runner, id) => {
      await runner.say({ event: "token", id, token: 3, text: "x" });
      await runner.say({
        event: "generated",
        id,
        promptIds: [5, 6, 7],
        tokens: [4],
        text: "x",
        finish: "limit",
      });
    }),
  },
  ...Object.entries({
    "names no version": { ...SCRIPTED_HELLO, version: undefined },
    "has no name": { ...SCRIPTED_HELLO, name: "" },
    "has a runtime without a version": { ...SCRIPTED_HELLO, runtimes: { mlx: 1 } },
    "has runtimes in a list": { ...SCRIPTED_HELLO, runtimes: ["mlx"] },
    "has an operation of its own": { ...SCRIPTED_HELLO, operations: ["load", "train"] },
    "says other words first": { event: "unloaded", id: 1 },
  }).map(([name, hello]): RunnerFault => ({
    name: `${name} at the start`,
    code: "runner-protocol",
    script: async (runner) => {
      await runner.write(`${JSON.stringify(hello)}\n`);
      await runner.hang();
    },
  })),
];

/** An honest runner up to a moment. */
function faulty(moment: RunnerRequest["op"] | "token", wrong: Wrong): RunnerScript {
  return async (runner) => {
    await runner.say(SCRIPTED_HELLO);
    for await (const request of runner.requests) {
      const { id } = request;
      if (request.op === moment) {
        await wrong(runner, id);
        await runner.hang();
      }
      if (request.op === "generate" && moment === "token") {
        await runner.say({ event: "token", id, token: 3, text: "x" });
        await wrong(runner, id);
        await runner.hang();
      }
      await answerHonestly(runner, request);
    }
  };
}

async function flood(write: (text: string) => Promise<void>, piece: string): Promise<void> {
  for (let sent = 0; sent < 1024 * MIB; sent += piece.length) {
    // oxlint-disable-next-line no-await-in-loop -- as fast as it is read
    await write(piece);
  }
}
