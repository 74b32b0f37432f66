/**
 * An honest runner is asked for a text or for tokens, with and without the chat template, the highest logits and the end of the
 * text, and the call is cancelled or not.
 *
 * Invariants checked:
 * - It is started without the user's secrets, and with the other variables.
 * - It is asked for what was asked, of the directory that `locate` names, and runs no code of the model.
 * - Its answer is passed on: the tokens with text and logits, the prompt, why it ended, and what it loaded.
 * - A cancel is passed on, naming the request; the call ends as cancelled, and no process is left, whether the runner obeys
 *   or not, and also where it has not said yet that it is there.
 * - A prompt of nothing, or of what is no token, is refused before a runner starts.
 */
import fc from "fast-check";
import type { GenerateRequest, Generation } from "../../../spec/mod.ts";
import type { RunnerRequest } from "../../../spec/runner_messages.ts";
import {
  answerHonestly,
  placeModel,
  SCRIPTED_HELLO,
  ScriptedPrograms,
  type ScriptedRunner,
  tinyLlama,
} from "../../../harness/internal.ts";
import { scenario, type Verdict, type World } from "../../../harness/mod.ts";
import { given, requestsShown, wantedOf } from "./runner_requests.ts";

const repository = "mlx-community/Calls-4bit";
const LIMITS = {
  startMs: 20_000,
  loadMs: 90_000,
  tokenMs: 30_000,
  endMs: 2_000,
  outputBytes: 20_000,
};
const runner = ["/runners/scripted"];
/** Of fifteen bytes each: more than half of what one request may print. */
const COMPLAINT_LINES = 900;

/** What a user has to show who it is. */
const SECRETS = {
  HF_TOKEN: "hf_secret",
  HUGGING_FACE_HUB_TOKEN: "hf_secret",
  GH_TOKEN: "secret",
  AWS_SECRET_ACCESS_KEY: "secret",
  OPENAI_API_KEY: "secret",
  DB_PASSWORD: "secret",
  GOOGLE_CREDENTIALS: "secret",
  SSH_PRIVATE_KEY: "secret",
  npm_config__auth: "secret",
};
/** What a runtime may need. */
const SETTINGS = {
  PATH: "/opt/bin:/usr/bin",
  TOKENIZERS_PARALLELISM: "false",
  MLX_METAL_FAST_SYNCH: "1",
  OMP_NUM_THREADS: "2",
  AUTHOR: "somebody",
  // Set to nothing, which is not the same as not set.
  CUDA_VISIBLE_DEVICES: "",
  MLX_FLAGS: "one=1 two=2",
};

/** What asks for nothing. */
const REFUSED: Readonly<Record<string, Pick<GenerateRequest, "maxTokens" | "prompt">>> = {
  "an empty text": { prompt: "", maxTokens: 2 },
  "no tokens": { prompt: [], maxTokens: 2 },
  "a token below 0": { prompt: [5, -1], maxTokens: 2 },
  "a token between two": { prompt: [0.5, 6], maxTokens: 2 },
  "no token to make": { prompt: [5], maxTokens: 0 },
  "half a token to make": { prompt: [5], maxTokens: 1.5 },
};

export const runnerCalls = scenario({
  name: "load/runner_calls",
  pieceBytes: [8192],
  covers: ["LOAD-ASKED", "LOAD-SECRET", "LOAD-RUNNER", "ERROR-KIND"],
  given: {
    prompt: fc.oneof(
      fc.constantFrom("hello there", "größe 🙂"),
      fc.array(fc.nat(280), { minLength: 1, maxLength: 4 }),
    ),
    maxTokens: fc.integer({ min: 2, max: 6 }),
    chat: fc.option(fc.boolean(), { nil: undefined }),
    topLogits: fc.constantFrom(undefined, 0, 2),
    stopAtEnd: fc.option(fc.boolean(), { nil: undefined }),
    cancel: fc.constantFrom(undefined, undefined, "obeys", "goes on a while", "ignores"),
    cancelAt: fc.constantFrom("start" as const, "load" as const, "token" as const),
    /** How many bytes of an answer come at a time: a message, several at once, or a part of one, within a character too. */
    pieces: fc.constantFrom(undefined, 10_000, 7),
    /** Whether it prints much while it works: for each request nearly as much as is allowed for one. */
    isTalkative: fc.constantFrom(true, false, false),
    refused: fc.constantFrom(...Object.keys(REFUSED)),
  },
  goals: [
    "an answer was passed on",
    "a runner obeyed a cancel",
    "a runner ignored a cancel",
    "a runner was cancelled as it started",
    "a runner printed much",
  ],
  async check({ cancel, cancelAt, pieces, isTalkative, refused, ...asked }, world, verdict) {
    const directory = await placeModel(world, tinyLlama().files, {
      repository,
      isDownloaded: false,
    });
    const requests: RunnerRequest[] = [];
    const stop = new AbortController();
    const cancelled = { start: undefined, load: "load", token: "generate" }[cancelAt];
    const programs = new ScriptedPrograms(async (program) => {
      if (cancel !== undefined && cancelled === undefined) {
        stop.abort();
        if (cancel !== "obeys") await program.hang();
      }
      await program.say(SCRIPTED_HELLO);
      for await (const request of program.requests) {
        requests.push(request);
        if (isTalkative) await program.complain("loading 1 of 9\r".repeat(COMPLAINT_LINES));
        if (cancel !== undefined && request.op === cancelled) {
          await startAndCancel(program, request, stop);
        } else if (request.op === "cancel") await endOf(program, request.of, cancel);
        else await answerInPieces(program, request, pieces);
      }
    });
    const { generate } = world.start({ programs, env: { ...SECRETS, ...SETTINGS } });
    if (generate === undefined) {
      for (const id of ["LOAD-ASKED", "LOAD-SECRET", "LOAD-RUNNER"] as const)
        verdict.skip(id, "it runs no models");
      return;
    }
    const wrong = REFUSED[refused];
    const none = () =>
      generate({ repository, prompt: [], maxTokens: 2, ...wrong, runner, limits: LIMITS });
    await verdict.fails("LOAD-ASKED", none, ["invalid-argument"]);
    verdict.holds("LOAD-ASKED", programs.started === 0, `a runner was started for ${refused}`);
    const request = { repository, ...given(asked), runner, limits: LIMITS };
    if (cancel !== undefined) {
      const ask = () => generate(request, { signal: stop.signal });
      await judgeCancel({ ask, requests, cancel, cancelled }, world, verdict);
    } else {
      const made = await verdict.attempt("LOAD-ASKED", () => generate(request));
      const wanted = wantedOf(asked, directory);
      const [load, second] = requests;
      // Who has turned a text into tokens itself asks for those.
      const isEncoded =
        typeof asked.prompt === "string" && second !== undefined && "promptIds" in second;
      const said = requestsShown([load, second], isEncoded);
      const right = requestsShown([wanted.load, wanted.generate], isEncoded);
      verdict.holds("LOAD-ASKED", said === right, () => `it asked for ${said}, not ${right}`);
      const { tokens, text, finish, model } = made;
      const promptIds = isEncoded ? wanted.made.promptIds : made.promptIds;
      const answer = JSON.stringify({ tokens: tokens.map(tokenShown), text, promptIds, finish });
      const all = JSON.stringify(wanted.made);
      verdict.holds("LOAD-ASKED", answer === all, () => `it passed on ${answer}, not ${all}`);
      const isModel = model.architecture === "llama" && model.vocabularySize === 288;
      const isNamed = made.runner.includes("scripted") && made.directory === directory;
      verdict.holds("LOAD-ASKED", isModel && isNamed, "it names another runner or model");
      judgeEnvironment(programs, verdict);
      verdict.reached("an answer was passed on");
      if (isTalkative) verdict.reached("a runner printed much");
    }
    verdict.holds("LOAD-RUNNER", programs.alive === 0, "a runner was left behind");
  },
});

/** Ends a call in the middle, and asks whether the runner was told of it. */
async function judgeCancel(
  call: {
    readonly ask: () => Promise<unknown>;
    readonly requests: readonly RunnerRequest[];
    readonly cancel: string;
    /** What is asked when the cancel comes; undefined where nothing is yet. */
    readonly cancelled: string | undefined;
  },
  world: World,
  verdict: Verdict,
): Promise<void> {
  const { ask, requests, cancel, cancelled } = call;
  const beganMs = world.clock.now();
  await verdict.fails("LOAD-RUNNER", ask, ["cancelled"]);
  const tookMs = world.clock.now() - beganMs;
  const first = requests.find(({ op }) => op === cancelled);
  const isNamed =
    cancelled === undefined || requests.some((one) => one.op === "cancel" && one.of === first?.id);
  verdict.holds("LOAD-RUNNER", isNamed, "the runner was not told which request is cancelled");
  const isSoon = tookMs <= 5 * LIMITS.endMs;
  verdict.holds("LOAD-RUNNER", isSoon, `a cancelled call ended after ${tookMs} ms`);
  const how = cancel === "ignores" ? "ignored" : "obeyed";
  const isAsked = cancelled !== undefined;
  verdict.reached(isAsked ? `a runner ${how} a cancel` : "a runner was cancelled as it started");
}

/** What is judged of a token, in one order; it may say more. */
function tokenShown({ id, text, topLogits }: Generation["tokens"][number]) {
  const logits = topLogits?.map((one) => ({ id: one.id, logit: one.logit }));
  return { id, text, ...(logits !== undefined && { topLogits: logits }) };
}

function judgeEnvironment({ env = {} }: ScriptedPrograms, verdict: Verdict): void {
  const shown = Object.keys(SECRETS).filter((name) => env[name] !== undefined);
  const secrets = `it was started with ${shown.join(", ")}`;
  verdict.holds("LOAD-SECRET", shown.length === 0, secrets);
  const lost = Object.entries(SETTINGS).filter(([name, value]) => env[name] !== value);
  const names = `it was started without ${lost.map(([name]) => name).join(", ")}`;
  verdict.holds("LOAD-SECRET", lost.length === 0, names);
}

/** Answers with so many bytes at a time; undefined for one message at a time. */
async function answerInPieces(
  program: ScriptedRunner,
  request: RunnerRequest,
  pieceBytes: number | undefined,
): Promise<void> {
  if (pieceBytes === undefined) return await answerHonestly(program, request);
  const lines: string[] = [];
  const say: ScriptedRunner["say"] = async (event) => void lines.push(`${JSON.stringify(event)}\n`);
  await answerHonestly({ say }, request);
  const bytes = Buffer.from(lines.join(""));
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    // oxlint-disable-next-line no-await-in-loop -- pieces have one order
    await program.write(bytes.subarray(at, at + pieceBytes));
  }
}

/** Begins what is then cancelled. */
async function startAndCancel(
  program: ScriptedRunner,
  { id, op }: RunnerRequest,
  stop: AbortController,
): Promise<void> {
  if (op === "generate") await program.say({ event: "token", id, token: 3, text: "x" });
  stop.abort();
}

/** Ends the request that is cancelled, or not. */
async function endOf(
  program: ScriptedRunner,
  id: number,
  cancel: string | undefined,
): Promise<void> {
  if (cancel === "ignores") return await program.hang();
  if (cancel === "goes on a while") {
    await program.say({ event: "token", id, token: 4, text: "y" });
    await program.say({ event: "progress", id, bytesDone: 1, bytesTotal: 2 });
  }
  await program.say({ event: "error", id, kind: "cancelled", message: "It was cancelled" });
}
