/**
 * The life of a model among failing hubs and disks, and what must hold after each step of it.
 *
 * @module
 */

import {
  asFailure,
  describeError,
  exists,
  leftovers,
  limitedFiles,
  observingFiles,
  overwriteBytes,
  readBytes,
  readTree,
  sha256Hex,
  type TreeEntry,
  wrapFiles,
} from "../../harness/internal.ts";
import {
  filePlace,
  killDownload,
  type ModelFile,
  modelPlace,
  ProcessKilled,
  type StartOptions,
  type TinyModel,
  type Verdict,
  wantedFiles,
  type World,
} from "../../harness/mod.ts";
import { type DownloadResult, type WaitOptions } from "../../spec/mod.ts";
import type { Step, Swarm } from "./trouble.ts";

const REPOSITORY = "mlx-community/Life-4bit";
const REQUEST = { repository: REPOSITORY };

/** How a download ended. */
type Outcome = { readonly result: DownloadResult } | { readonly error: unknown };

/** What a life is about. */
export interface LifeOptions {
  readonly versions: readonly TinyModel[];
  readonly swarm: Swarm;
}

/** Runs steps and judges after each. */
export class Life {
  readonly #world: World;
  readonly #verdict: Verdict;
  readonly #versions: readonly TinyModel[];
  readonly #swarm: Swarm;
  readonly #directory: string;
  /** Hashes of what was damaged by hand. */
  readonly #damaged = new Set<string>();
  #head = 0;
  #isUp = true;

  constructor(world: World, verdict: Verdict, { versions, swarm }: LifeOptions) {
    this.#world = world;
    this.#verdict = verdict;
    this.#versions = versions;
    this.#swarm = swarm;
    this.#directory = modelPlace(world, REPOSITORY);
    this.#publish(0);
  }

  /** Carries out one step, if the run has its kind, and judges what came of it. */
  async run(step: Step): Promise<void> {
    const isPlain = ["download", "status", "verify", "wait"].includes(step.type);
    if (!isPlain && !this.#swarm.kinds.includes(step.type)) return;
    if ("isUpdate" in step && step.isUpdate)
      this.#publish((this.#head + 1) % this.#versions.length);
    await this.#carryOut(step);
    await this.#judgeFinalPaths();
  }

  /** The faults stop: now it must become right, and stay so for nothing. */
  async finish(): Promise<void> {
    const { hub, files } = this.#world;
    const verdict = this.#verdict;
    hub.faults = [];
    hub.goOnline();
    this.#isUp = true;
    const id = "DL-REPAIR-ALONE";
    await verdict.attempt(id, () => this.#world.start().download(REQUEST));
    const tree = await this.#tree();
    const wrong = this.#wrongOf(tree, this.#versions[this.#head]?.files ?? []);
    verdict.holds(id, wrong === undefined, `${wrong} is not right after the last download`);
    const known = this.#versions.flatMap((version) => version.files);
    const left = await leftovers(this.#world, this.#directory, known);
    verdict.holds("DL-LEFTOVERS", left.length === 0, () => `${left[0]} is left`);
    const head = new Set(pathsOf(this.#versions[this.#head]));
    const stray = tree.find(({ path }) => path.endsWith(".safetensors") && !head.has(path));
    verdict.holds("LAYOUT-STRAYS", stray === undefined, () => `${stray?.path} is left`);
    hub.clearLog();
    const watched = observingFiles(files);
    await verdict.attempt("DL-IDEMPOTENT", () =>
      this.#world.start({ files: () => watched }).download(REQUEST),
    );
    verdict.holds(
      "DL-IDEMPOTENT",
      hub.log.length <= 1 && watched.changes.length === 0,
      () => `${hub.log.length} requests and ${watched.changes.length} changes for nothing`,
    );
  }

  async #carryOut(step: Step): Promise<void> {
    const { hub, clock } = this.#world;
    switch (step.type) {
      case "download":
        return this.#judgeDownload(await this.#download());
      case "together":
        return this.#together();
      case "cancel":
        return this.#cancel(step.atCall);
      case "kill":
        return this.#kill(step);
      case "damage":
        return this.#damage(step);
      case "remove":
        return this.#remove();
      case "status":
      case "verify":
        return this.#judgeState(step.type);
      case "disk":
        return this.#refuse(step);
      case "wait":
        return clock.sleep(step.ms);
      case "network":
        this.#isUp = step.isUp;
        return step.isUp ? hub.goOnline() : hub.goOffline();
      case "hub":
        hub.faults = step.rules.filter(({ do: { type } }) => this.#swarm.faults.includes(type));
        return this.#judgeDownload(await this.#download());
    }
  }

  #publish(version: number): void {
    this.#head = version;
    this.#world.hub.publish(REPOSITORY, this.#versions[version]?.files ?? [], { tags: ["mlx"] });
  }

  /** Whether hub and network do what they should, so that there is no excuse. */
  get #isCalm(): boolean {
    return this.#isUp && this.#world.hub.faults.length === 0;
  }

  async #download(start?: StartOptions, waiting?: WaitOptions): Promise<Outcome> {
    try {
      return { result: await this.#world.start(start).download(REQUEST, waiting) };
    } catch (error) {
      if (error instanceof ProcessKilled) throw error;
      return { error };
    }
  }

  /** A success is a whole model; a failure has one of the known codes, and a reason. */
  async #judgeDownload(outcome: Outcome): Promise<void> {
    const verdict = this.#verdict;
    const { hub } = this.#world;
    const hasFired = hub.firedCounts().some((count) => count > 0);
    if (hasFired) verdict.reached("a fault of the hub");
    if ("error" in outcome) {
      verdict.reached("a download failed");
      // Without any fault there is nothing to fail by.
      if (this.#isCalm) await verdict.attempt("DL-REPAIR-ALONE", async () => resultOf(outcome));
      if (asFailure(outcome.error) === undefined) resultOf(outcome);
      return;
    }
    if (hasFired) verdict.reached("a download finished while the hub failed");
    const tree = await this.#tree();
    // Without a hub an older version that is whole is as good as it gets.
    const good = outcome.result.offline ? this.#versions : [this.#versions[this.#head]];
    const wrong = good.map((version) => this.#wrongOf(tree, version?.files ?? []));
    verdict.holds(
      "DL-INTEGRITY",
      wrong.includes(undefined),
      () => `it succeeded, and ${wrong.join(" and ")} is not right`,
    );
  }

  async #together(): Promise<void> {
    const outcomes = await Promise.all([this.#download(), this.#download()]);
    this.#verdict.reached("two at once");
    for (const outcome of outcomes) {
      if (this.#isCalm) await this.#verdict.attempt("DL-CONCURRENT", async () => resultOf(outcome));
      await this.#judgeDownload(outcome);
    }
  }

  async #cancel(atCall: number): Promise<void> {
    const controller = new AbortController();
    let calls = 0;
    const files: StartOptions["files"] = (disk) =>
      wrapFiles(disk, (_, next) => {
        if (++calls === atCall) controller.abort();
        return next();
      });
    const outcome = await this.#download({ files }, { signal: controller.signal });
    const isCancelled = controller.signal.aborted && "error" in outcome;
    if (!isCancelled) return this.#judgeDownload(outcome);
    this.#verdict.reached("a cancel");
    if (this.#isCalm)
      await this.#verdict.fails("DL-CANCEL", async () => resultOf(outcome), ["cancelled"]);
  }

  async #kill({ nth, torn }: { readonly nth: number; readonly torn: boolean }): Promise<void> {
    const at = { at: "operation", nth, torn } as const;
    try {
      if (await killDownload(this.#world, REQUEST, { at })) this.#verdict.reached("a kill");
    } catch (error) {
      if (asFailure(error) === undefined) throw error;
    }
  }

  async #refuse({ refusal }: Extract<Step, { readonly type: "disk" }>): Promise<void> {
    let fired = () => 0;
    const files: StartOptions["files"] = (disk) => {
      const limited = limitedFiles(disk, { refusals: [refusal] });
      fired = () => limited.firedCount();
      return limited;
    };
    const outcome = await this.#download({ files });
    if (fired() === 0 || !("error" in outcome)) return this.#judgeDownload(outcome);
    this.#verdict.reached("a refusal of the disk");
    const { error } = outcome;
    const id = "DL-DISK-ERROR";
    this.#verdict.holds(id, asFailure(error) !== undefined, () => describeError(error));
    if (this.#isCalm) this.#verdict.hasKind(error, ["disk-full", "access-denied", "disk-io"]);
    else
      this.#verdict.holds("ERROR-KIND", asFailure(error) !== undefined, () => describeError(error));
  }

  async #damage({ file, how }: Extract<Step, { readonly type: "damage" }>): Promise<void> {
    const { files } = this.#world;
    const finals = (await this.#tree()).filter((entry) => this.#isFinal(entry));
    const entry = finals[file % Math.max(1, finals.length)];
    if (entry === undefined || entry.sizeBytes === 0) return;
    const place = filePlace(this.#directory, entry.path);
    const bytes = await readBytes(files, place);
    if (how === "delete") await files.unlink(place);
    if (how === "cut") await overwriteBytes(files, place, bytes.subarray(0, bytes.length >> 1));
    if (how === "flip") await overwriteBytes(files, place, bytes.with(0, (bytes[0] ?? 0) ^ 1));
    if (how !== "delete") this.#damaged.add(sha256Hex(await readBytes(files, place)));
    this.#verdict.reached("damage by hand");
    await this.#judgeState("verify");
  }

  async #remove(): Promise<void> {
    if (!(await exists(this.#world.files, this.#directory))) return;
    await this.#verdict.attempt("REMOVE-ALL", () => this.#world.start().remove(REQUEST));
    const tree = await this.#tree();
    this.#verdict.holds("REMOVE-ALL", tree.length === 0, () => `${tree[0]?.path} is left`);
  }

  /** Complete is what is whole: by sizes for `status`, by hashes for `verify`. */
  async #judgeState(how: "status" | "verify"): Promise<void> {
    const id = how === "status" ? "STATUS-HONEST" : "VERIFY-ROT";
    const { state } = await this.#verdict.attempt(id, () => this.#world.start()[how](REQUEST));
    const tree = await this.#tree();
    const wrong = this.#versions.map((version) =>
      this.#wrongOf(tree, version.files, { sizeOnly: how === "status" }),
    );
    this.#verdict.holds(
      id,
      state !== "complete" || wrong.includes(undefined),
      () => `${how} answers complete, and ${wrong.join(" and ")} is not right`,
    );
  }

  async #judgeFinalPaths(): Promise<void> {
    const known = new Set(
      this.#versions.flatMap(({ files }) => files.map(({ bytes }) => sha256Hex(bytes))),
    );
    for (const entry of await this.#tree()) {
      if (!this.#isFinal(entry)) continue;
      const hash = entry.sha256 ?? "";
      const isRight = known.has(hash) || this.#damaged.has(hash);
      this.#verdict.holds("DL-ATOMIC", isRight, `${entry.path} holds bytes of no version`);
    }
  }

  /** The first file of a version that is not there or not right. */
  #wrongOf(
    tree: readonly TreeEntry[],
    files: readonly ModelFile[],
    options: { readonly sizeOnly?: boolean } = {},
  ): string | undefined {
    return wantedFiles(files).find(({ path, bytes }) => {
      const found = tree.find((entry) => entry.path === path);
      return options.sizeOnly === true
        ? found?.sizeBytes !== bytes.length
        : found?.sha256 !== sha256Hex(bytes);
    })?.path;
  }

  #isFinal({ kind, path }: TreeEntry): boolean {
    return kind === "file" && this.#versions.some((version) => pathsOf(version).includes(path));
  }

  async #tree(): Promise<TreeEntry[]> {
    return readTree(this.#world.files, this.#directory);
  }
}

function resultOf(outcome: Outcome): DownloadResult {
  if ("result" in outcome) return outcome.result;
  throw outcome.error;
}

function pathsOf(version: TinyModel | undefined): string[] {
  return (version?.files ?? []).map(({ path }) => path);
}
