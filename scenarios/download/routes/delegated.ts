/**
 * An MLX runtime's own downloader carries out a request, well or badly, in a child process.
 *
 * Invariants checked:
 * - What it did well is a success: the runtime's directory, the hub's commit, every file with its bytes, progress to 1.
 * - A file that is missing, cut, of other bytes or of another commit is an error, as for every other download.
 * - The runtime is asked for the commit that the branch meant, and no process of it is left.
 */
import { join } from "node:path";
import fc from "fast-check";
import type { Progress } from "../../../spec/mod.ts";
import type { RunnerRequest } from "../../../spec/runner_messages.ts";
import {
  SCRIPTED_HELLO,
  ScriptedPrograms,
  type ScriptedRunner,
  writeBytes,
} from "../../../harness/internal.ts";
import {
  anyModel,
  type ModelFile,
  scenario,
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
] as const;

export const delegated = scenario({
  name: "download/delegated",
  covers: ["DL-DELEGATED", "ERROR-KIND"],
  given: {
    model: anyModel({ layers: 1 }),
    deed: fc.constantFrom("does well" as const, ...DEEDS),
    choose: fc.nat(1000),
  },
  goals: ["a runtime did well", "a wrong file was found"],
  async check({ model, deed, choose }, world, verdict) {
    const old = model.files.map((file) =>
      file.path === "config.json" ? { ...file, bytes: Buffer.from("{}") } : file,
    );
    world.hub.publish(repository, old, { tags: ["mlx"] });
    const commit = world.hub.publish(repository, model.files, { tags: ["mlx"] });
    const directory = join(world.outside, "cache", "snapshots", commit);
    const files = wantedFiles(deed === "brings another commit" ? old : model.files);
    // The files are laid out first: a scripted runtime takes no time, and simulated time must not pass for a disk's.
    await layOut(world, directory, { files, deed, choose });
    const asked: RunnerRequest[] = [];
    const programs = new ScriptedPrograms(async (runner) => {
      await runner.say(SCRIPTED_HELLO);
      for await (const request of runner.requests) {
        asked.push(request);
        await carryOut(runner, request.id, { directory, files, deed });
      }
    });
    const { downloadDelegated } = world.start({ programs });
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
      const wrong = await wrongFiles(world, result.directory, wantedFiles(model.files));
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
      verdict.reached("a runtime did well");
    } else {
      const code = { "dies midway": "runner-died", "says why not": "runner-failed" } as const;
      const wanted = deed in code ? code[deed as keyof typeof code] : "integrity";
      await verdict.fails("DL-DELEGATED", download, [wanted]);
      if (wanted === "integrity") verdict.reached("a wrong file was found");
    }
    const [request] = asked;
    const isPinned = request?.op === "download" && request.revision === commit;
    verdict.holds("DL-DELEGATED", isPinned, `the runtime was asked for ${JSON.stringify(request)}`);
    verdict.holds("DL-DELEGATED", programs.alive === 0, "the runtime's process was left behind");
  },
});

type Deed = (typeof DEEDS)[number];

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
