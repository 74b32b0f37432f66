import type { ChildProcess, Host, ProgramStarter } from "../../../spec/mod.ts";
import { type Miniature, miniature } from "../miniature.ts";

const PRINTED_BYTES_MAX = 20_000;

/** Miniatures that start a runner, talk to it or end it wrongly. */
export const runnerProcessMiniatures: readonly Miniature[] = [
  miniature("tells_no_runner_of_trust", {
    mistake: "Runs a model whose code the caller trusts, and does not tell the runner.",
    breaks: ["LOAD-ASKED"],
    shownBy: ["load/trusted_code"],
    wrapHost: (host) =>
      changingChild(host, (child) => ({
        write: (text) => child.write(text.replace(/,"trustModelCode":true/, "")),
      })),
  }),
  miniature("decodes_piece_by_piece", {
    mistake:
      "Turns what a runner says into text as it comes, also where a piece ends within a character.",
    breaks: ["LOAD-ASKED"],
    shownBy: ["load/runner_calls"],
    wrapHost: (host) => changingChild(host, ({ stdout }) => ({ stdout: decoded(stdout) })),
  }),
  miniature("passes_on_no_empty_settings", {
    mistake: "Starts a runner without the variables that are set to nothing.",
    breaks: ["LOAD-SECRET"],
    shownBy: ["load/runner_calls"],
    wrapHost: (host) =>
      spawningBy(host, (spawn) => (command, options) => {
        const set = Object.entries(options.env).filter(([, value]) => value !== "");
        return spawn(command, { ...options, env: Object.fromEntries(set) });
      }),
  }),
  miniature("leaves_what_was_asked_nothing", {
    mistake:
      "Does not end a runner when the call is cancelled before the runner was asked anything.",
    breaks: ["LOAD-RUNNER"],
    shownBy: ["load/runner_calls"],
    wrapHost: (host) =>
      changingChild(host, (child) => {
        let isAsked = false;
        const write = (text: string) => {
          isAsked = true;
          return child.write(text);
        };
        return { write, kill: () => isAsked && child.kill() };
      }),
  }),
  miniature("counts_all_that_is_printed", {
    mistake: "Ends a runner that has printed too much over all of its requests.",
    breaks: ["LOAD-ASKED"],
    shownBy: ["load/runner_calls"],
    wrapHost: (host) =>
      changingChild(host, (child) => ({ stderr: counted(child.stderr, () => child.kill()) })),
  }),
  miniature("waits_for_a_token_as_for_a_load", {
    mistake: "Gives a runner as long for a token as for a load.",
    breaks: ["LOAD-RUNNER"],
    shownBy: ["load/faulty_runner"],
    wrapManager: (manager) => {
      const { generate } = manager;
      if (generate === undefined) return {};
      return {
        generate: (request, options) => {
          const { limits } = request;
          if (limits?.loadMs === undefined) return generate.call(manager, request, options);
          const longer = { ...request, limits: { ...limits, tokenMs: limits.loadMs } };
          return generate.call(manager, longer, options);
        },
      };
    },
  }),
  miniature("takes_any_answer", {
    mistake: "Takes what a runner answers to another request for the answer to its own.",
    breaks: ["LOAD-RUNNER"],
    shownBy: ["load/faulty_runner"],
    wrapHost: (host) =>
      changingChild(host, (child) => {
        let asked = "0";
        const write = (text: string) => {
          asked = /"id":(\d+)/.exec(text)?.[1] ?? asked;
          return child.write(text);
        };
        return { write, stdout: answering(child.stdout, () => asked) };
      }),
  }),
];

type Spawn = ProgramStarter["spawn"];

/** Starts programs in another way. */
function spawningBy({ programs }: Host, change: (spawn: Spawn) => Spawn): Partial<Host> {
  if (programs === undefined) return {};
  const { platform, processor, node } = programs;
  const spawn: Spawn = (command, options) => programs.spawn(command, options);
  return { programs: { platform, processor, node, spawn: change(spawn) } };
}

/** Starts programs as they are, and changes how they are talked to. */
function changingChild(
  host: Host,
  change: (child: ChildProcess) => Partial<ChildProcess>,
): Partial<Host> {
  return spawningBy(host, (spawn) => async (command, options) => {
    const child = await spawn(command, options);
    return { ...child, ...change(child) };
  });
}

async function* decoded(output: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of output) yield Buffer.from(new TextDecoder().decode(piece));
}

/** Every message as one that answers what was asked last. */
async function* answering(
  output: AsyncIterable<Uint8Array>,
  asked: () => string,
): AsyncGenerator<Uint8Array> {
  for await (const piece of output)
    yield Buffer.from(
      Buffer.from(piece)
        .toString("latin1")
        .replace(/"id":\d+/g, `"id":${asked()}`),
      "latin1",
    );
}

async function* counted(
  output: AsyncIterable<Uint8Array>,
  tooMuch: () => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of output) {
    bytes += piece.length;
    if (bytes > PRINTED_BYTES_MAX) tooMuch();
    yield piece;
  }
}
