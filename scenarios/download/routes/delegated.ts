/**
 * An MLX runtime's own downloader carries out a request, well or badly, in a child process.
 *
 * Invariants checked:
 * - What it did well is a success: the runtime's directory, the hub's commit, every file with its bytes, progress to 1.
 * - A file that is missing, cut, of other bytes or of another commit is an error, as for every other download.
 * - The runtime is asked for the commit that the branch meant, and no process of it is left.
 * - Each runtime brings the files of its own patterns, and one that downloads nothing is refused before it is asked.
 * - Where the network is switched off, neither the hub nor a runtime is asked.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { Progress } from "../../../spec/mod.ts";
import type { RunnerEvent, RunnerRequest } from "../../../spec/runner_messages.ts";
import {
  changedListing,
  SCRIPTED_HELLO,
  ScriptedPrograms,
  type ScriptedRunner,
  writeBytes,
} from "../../../harness/internal.ts";
import {
  anyModel,
  type ModelFile,
  scenario,
  type Verdict,
  wantedFiles,
  type World,
  wrongFiles,
} from "../../../harness/mod.ts";

const repository = "mlx-community/Delegated-4bit";

const DEEDS = [
  "does well",
  "leaves a file out",
  "cuts a file",
  "turns a bit",
  "brings another commit",
  "names another directory",
  "dies midway",
  "says why not",
  "downloads nothing",
  "must not be asked",
] as const;

/** What the downloaders of MLX's runtimes never fetch, whatever is asked for, though a model's patterns want it. */
const LEFT_OUT: Readonly<Record<string, RegExp | undefined>> = {
  scripted: undefined,
  "mlx-lm": /^weights.*\.safetensors$/,
  "mlx-swift": /\.(?:txt|py|model|tiktoken)$/,
};
const MORE = ["merges.txt", "tokenizer.model", "weights.extra.safetensors"] as const;

export const delegated = scenario({
  name: "download/delegated",
  covers: ["DL-DELEGATED", "ERROR-KIND"],
  given: {
    model: anyModel({ layers: 1 }),
    deed: fc.constantFrom("does well" as const, ...DEEDS),
    choose: fc.nat(1000),
    runtime: fc.constantFrom(...Object.keys(LEFT_OUT)),
    hidesHashes: fc.boolean(),
  },
  goals: ["a runtime did well", "a wrong file was found"],
  async check({ model: made, deed, choose, runtime, hidesHashes }, world, verdict) {
    const more = MORE.map((path) => ({ path, bytes: Buffer.from(`of ${path}`), lfs: false }));
    const model = { files: [...made.files, ...more] };
    const isLeftOut = (path: string) => LEFT_OUT[runtime]?.test(path) === true;
    const old = model.files.map((file) =>
      file.path === "config.json" ? { ...file, bytes: Buffer.from("{}") } : file,
    );
    world.hub.publish(repository, old, { tags: ["mlx"] });
    const commit = world.hub.publish(repository, model.files, { tags: ["mlx"] });
    const directory = join(world.outside, "cache", "snapshots", commit);
    const wanted = wantedFiles(model.files).filter(({ path }) => !isLeftOut(path));
    const files = wantedFiles(deed === "brings another commit" ? old : model.files).filter(
      ({ path }) => !isLeftOut(path),
    );
    // The files are laid out first: a scripted runtime takes no time, and simulated time must not pass for a disk's.
    await layOut(world, directory, { files, deed, choose });
    const asked: RunnerRequest[] = [];
    const programs = new ScriptedPrograms(async (runner) => {
      const own = { name: runtime, ...(deed === "downloads nothing" && { operations: ["load"] }) };
      await runner.say({ ...SCRIPTED_HELLO, ...own } as RunnerEvent);
      for await (const request of runner.requests) {
        asked.push(request);
        await carryOut(runner, request.id, { directory, files, deed });
      }
    });
    const isOff = deed === "must not be asked";
    const isHidden = hidesHashes && deed !== "turns a bit" && deed !== "brings another commit";
    const { downloadDelegated } = world.start({
      programs,
      env: { HF_HUB_OFFLINE: isOff ? "1" : undefined },
      relay: (fetch) => (isHidden ? changedListing(fetch, withoutHash) : fetch),
    });
    if (downloadDelegated === undefined) {
      verdict.skip("DL-DELEGATED", "it delegates no downloads");
      return;
    }
    const seen: Progress[] = [];
    const download = () =>
      downloadDelegated(
        { repository, runner: ["/runners/scripted"] },
        { onProgress: (progress) => seen.push(progress) },
      );
    if (deed === "does well") {
      const result = await verdict.attempt("DL-DELEGATED", download);
      const wrong = await wrongFiles(world, result.directory, wanted);
      const isRight = result.directory === directory && result.commit === commit;
      verdict.holds("DL-DELEGATED", isRight, `it named ${result.directory} at ${result.commit}`);
      verdict.holds("DL-DELEGATED", wrong.length === 0, wrong.join("; "));
      const fractions = seen.map(({ fraction }) => fraction);
      const isSteady = fractions.every((fraction, at) => fraction >= (fractions[at - 1] ?? 0));
      verdict.holds(
        "DL-DELEGATED",
        isSteady && fractions.at(-1) === 1 && fractions.filter((one) => one === 1).length === 1,
        `progress was ${fractions.join(", ")}`,
      );
      judgeTold(verdict, { seen, wanted, named: result.files.map(({ path }) => path) });
      verdict.reached("a runtime did well");
    } else {
      const code = {
        "dies midway": "runner-died",
        "says why not": "runner-failed",
        "downloads nothing": "unsupported",
        "must not be asked": "offline",
      } as const;
      const wanted = deed in code ? code[deed as keyof typeof code] : "integrity";
      await verdict.fails("DL-DELEGATED", download, [wanted]);
      if (wanted === "integrity") verdict.reached("a wrong file was found");
    }
    verdict.holds("DL-DELEGATED", programs.alive === 0, "the runtime's process was left behind");
    judgeAsked(verdict, { asked, deed, commit, hubRequests: world.hub.log.length });
  },
});

type Deed = (typeof DEEDS)[number];

/** What the runtime and the hub were asked, where they may be asked at all. */
function judgeAsked(
  verdict: Verdict,
  seen: {
    readonly asked: readonly RunnerRequest[];
    readonly deed: Deed;
    readonly commit: string;
    readonly hubRequests: number;
  },
): void {
  const { asked, deed, commit, hubRequests } = seen;
  const [request] = asked;
  const shown = JSON.stringify(request);
  if (deed === "downloads nothing" || deed === "must not be asked") {
    verdict.holds("DL-DELEGATED", request === undefined, `the runtime was asked for ${shown}`);
    const isQuiet = deed === "downloads nothing" || hubRequests === 0;
    verdict.holds("DL-DELEGATED", isQuiet, `the hub was asked ${hubRequests} times`);
    return;
  }
  const isPinned = request?.op === "download" && request.revision === commit;
  verdict.holds("DL-DELEGATED", isPinned, `the runtime was asked for ${shown}`);
}

/** Progress over all files from the beginning, which has moved before the end, and the files of the result. */
function judgeTold(
  verdict: Verdict,
  told: {
    readonly seen: readonly Progress[];
    readonly wanted: readonly ModelFile[];
    readonly named: readonly string[];
  },
): void {
  const { seen, wanted, named } = told;
  const bytes = wanted.reduce((sum, file) => sum + file.bytes.length, 0);
  const other = seen.find((one) => one.bytesTotal !== bytes || one.filesTotal !== wanted.length);
  verdict.holds(
    "DL-DELEGATED",
    other === undefined,
    () => `progress is of ${other?.bytesTotal} bytes in ${other?.filesTotal} files`,
  );
  const transfers = seen.filter(({ phase }) => phase === "transfer");
  const isMoving = transfers.some(({ bytesDone }) => bytesDone > 0 && bytesDone < bytes);
  verdict.holds("DL-DELEGATED", isMoving, "progress did not move before the end");
  const isAll = seen.at(-1)?.filesDone === wanted.length && seen.at(-1)?.bytesDone === bytes;
  verdict.holds("DL-DELEGATED", isAll, "progress ended before the last file");
  const paths = wanted.map(({ path }) => path);
  verdict.holds(
    "DL-DELEGATED",
    named.toSorted().join() === paths.toSorted().join(),
    `the result names ${named.join(", ")}`,
  );
}

/** What a listing says of a file to those from whom it hides hashes. */
function withoutHash(entry: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { oid: _, lfs, ...rest } = entry;
  const masked = "*".repeat(64);
  return typeof lfs === "object" && lfs !== null
    ? { ...rest, oid: masked, lfs: { ...lfs, oid: masked } }
    : { ...rest, oid: masked };
}

/** What the runtime will have written. */
async function layOut(
  world: World,
  directory: string,
  made: { readonly files: readonly ModelFile[]; readonly deed: Deed; readonly choose: number },
): Promise<void> {
  const { files, deed, choose } = made;
  const victim = files[choose % files.length];
  for (const file of files) {
    const isVictim = file === victim;
    if (isVictim && deed === "leaves a file out") continue;
    const place = join(directory, ...file.path.split("/"));
    const bytes = isVictim ? spoiled(file.bytes, deed, { choose }) : file.bytes;
    await writeBytes(world.files, place, bytes);
  }
}

async function carryOut(
  runner: ScriptedRunner,
  id: number,
  context: {
    readonly directory: string;
    readonly files: readonly ModelFile[];
    readonly deed: Deed;
  },
): Promise<void> {
  const { directory, files, deed } = context;
  const bytesTotal = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  let bytesDone = 0;
  for (const { bytes } of files) {
    bytesDone += bytes.length;
    // A runtime counts as it likes: here it begins with nothing known, and goes back again and again.
    await runner.say({ event: "progress", id, bytesDone: 0, bytesTotal: 0 });
    await runner.say({ event: "progress", id, bytesDone, bytesTotal });
    if (deed === "dies midway") await runner.end({ signal: "SIGKILL" });
  }
  if (deed === "says why not") {
    const message = "429 Too Many Requests";
    await runner.say({ event: "error", id, kind: "cannot-download", message });
    return;
  }
  const named = deed === "names another directory" ? join(directory, "elsewhere") : directory;
  await runner.say({ event: "downloaded", id, directory: named });
}

function spoiled(bytes: Uint8Array, deed: Deed, options: { readonly choose: number }): Uint8Array {
  if (deed === "cuts a file") return bytes.slice(0, -1);
  if (deed !== "turns a bit") return bytes;
  const turned = bytes.slice();
  const at = options.choose % turned.length;
  turned[at] = (turned[at] ?? 0) ^ 1;
  return turned;
}
