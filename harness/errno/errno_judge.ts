import { join } from "node:path";
import { MARKER_NAME } from "../../spec/mod.ts";
import { exists, readTree, type TreeEntry } from "../disk/mod.ts";
import { sha256Hex } from "../hub/mod.ts";
import type { ModelFile } from "../models/mod.ts";
import { asFailure, describeError } from "../scenario/verdict.ts";
import { strayFile, wantedFiles, wrongFiles } from "../scenario_parts/disk_observations.ts";
import type { World } from "../worlds/world.ts";
import type { ErrnoFinding, ErrnoStage } from "./errno_kind.ts";
import type { ErrnoModels } from "./errno_model.ts";

/** What a refusal of the disk may be called. */
const CODES: readonly string[] = ["disk-full", "access-denied", "disk-io"];

interface ErrnoJudgeOptions {
  readonly models: ErrnoModels;
  readonly stage: ErrnoStage;
  readonly directory: string;
}

/** Compares a disk after a refusal with what was there before and what was wanted. */
export class ErrnoJudge {
  readonly findings: ErrnoFinding[] = [];
  isCaughtMidway = false;
  readonly #world: World;
  readonly #options: ErrnoJudgeOptions;
  readonly #foreign: ReadonlyMap<string, string | undefined>;

  private constructor(
    world: World,
    options: ErrnoJudgeOptions,
    foreign: ReadonlyMap<string, string | undefined>,
  ) {
    this.#world = world;
    this.#options = options;
    this.#foreign = foreign;
  }

  /** Looks at the disk before anything is refused. */
  static async make(world: World, options: ErrnoJudgeOptions): Promise<ErrnoJudge> {
    return new ErrnoJudge(world, options, await foreignFiles(world, options.directory));
  }

  /** Judges what the operation answered, and what it left. */
  async afterwards(error: unknown, code: string): Promise<void> {
    const { stage, directory, models } = this.#options;
    if (error !== undefined) this.#judgeError(error, code);
    await this.#judgeForeign();
    const tree = await readTree(this.#world.files, directory);
    this.#judgeBytes(tree);
    const isOldWhole =
      stage !== "download" && (await this.#isWhole(stage === "update" ? models.old : models.next));
    const isNextWhole = await this.#isWhole(models.next);
    const isWhole = isOldWhole || isNextWhole;
    if (error === undefined && stage !== "remove" && !isNextWhole)
      this.#note("lost", "it said that all is there, and it is not");
    if (error === undefined && stage === "remove") this.#judgeGone(tree, "lost");
    await this.#judgeAppearance(isWhole);
    this.isCaughtMidway =
      error !== undefined && (stage === "update" || stage === "repair") && !isWhole;
    if (stage === "repair") this.isCaughtMidway &&= await this.#isPartTaken();
  }

  /** Judges what the next, undisturbed run left. */
  async inTheEnd(tree: readonly TreeEntry[]): Promise<void> {
    const { stage, directory, models } = this.#options;
    await this.#judgeForeign();
    if (stage === "remove") {
      this.#judgeGone(tree, "not finished");
      return;
    }
    const wanted = wantedFiles(models.next);
    const wrong = await wrongFiles(this.#world, directory, wanted);
    if (wrong.length > 0) this.notFinished(wrong.join(", "));
    const left = strayFile(tree, ["mine/notes.txt", ...models.next.map(({ path }) => path)]);
    if (left !== undefined) this.notFinished(`${left.path} is left over`);
  }

  notFinished(detail: string): void {
    this.#note("not finished", detail);
  }

  #note(kind: ErrnoFinding["kind"], detail: string): void {
    this.findings.push({ kind, detail });
  }

  #judgeError(error: unknown, code: string): void {
    const failure = asFailure(error);
    if (failure === undefined || !CODES.includes(failure.code))
      this.#note("untyped", describeError(error));
    else if (!hasCause(error, code))
      this.#note("untyped", `${failure.code} without the system's ${code} as its cause`);
  }

  async #judgeForeign(): Promise<void> {
    const now = await foreignFiles(this.#world, this.#options.directory);
    for (const [path, sha256] of this.#foreign) {
      if (now.get(path) !== sha256) this.#note("lost", `${path} is not as it was`);
    }
  }

  /** A final name has the bytes that a commit has there, or is not there. */
  #judgeBytes(tree: readonly TreeEntry[]): void {
    const { models, stage } = this.#options;
    const known = new Set(
      [...models.old, ...models.next].map(({ path, bytes }) => `${path} ${sha256Hex(bytes)}`),
    );
    // The byte that the repair must restore was there before.
    if (stage === "repair") known.add(`model.safetensors ${sha256Hex(Uint8Array.of(4))}`);
    const names = new Set([...models.old, ...models.next].map(({ path }) => path));
    for (const { path, sha256 } of tree) {
      if (names.has(path) && !known.has(`${path} ${sha256}`))
        this.#note("half-published", `${path} holds bytes of no commit`);
    }
  }

  /** What looks like a model to a reader is one. */
  async #judgeAppearance(isWhole: boolean): Promise<void> {
    const { directory, stage } = this.#options;
    if (isWhole) return;
    const has = (name: string) => exists(this.#world.files, join(directory, name));
    // A repair begins with a model of which one file is not right; nothing may be worse than that.
    const isAsBefore = stage === "repair" && !(await this.#isPartTaken());
    if ((await has("config.json")) && !isAsBefore)
      this.#note("half-published", "config.json is there, and its model is not");
    if ((await has(MARKER_NAME)) && !isAsBefore)
      this.findings.push({
        kind: "half-published",
        isOfMarker: true,
        detail: "the marker is there, and its model is not",
      });
  }

  /** Whether publishing has begun: something else than the damaged file is not as it was. */
  async #isPartTaken(): Promise<boolean> {
    const { models, directory } = this.#options;
    const sound = models.next.filter(({ path }) => path !== "model.safetensors");
    return (await wrongFiles(this.#world, directory, wantedFiles(sound))).length > 0;
  }

  #judgeGone(tree: readonly TreeEntry[], kind: ErrnoFinding["kind"]): void {
    const left = tree.find(
      (entry) => entry.kind !== "directory" && entry.path !== "mine/notes.txt",
    );
    if (left !== undefined) this.#note(kind, `${left.path} is left over`);
  }

  async #isWhole(files: readonly ModelFile[]): Promise<boolean> {
    const { directory } = this.#options;
    return (await wrongFiles(this.#world, directory, wantedFiles(files))).length === 0;
  }
}

/** Everything beside the model and the user's own files in it, by path. */
async function foreignFiles(
  world: World,
  directory: string,
): Promise<Map<string, string | undefined>> {
  const found = new Map<string, string | undefined>();
  for (const top of [world.root, world.outside]) {
    for (const { path, kind, sha256 } of await readTree(world.files, top)) {
      const place = join(top, path);
      const isOurs = place.startsWith(`${directory}/`) && !place.startsWith(`${directory}/mine/`);
      if (kind === "file" && !isOurs) found.set(place, sha256);
    }
  }
  return found;
}

function hasCause(error: unknown, code: string): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if ("code" in at && at.code === code) return true;
  return false;
}
