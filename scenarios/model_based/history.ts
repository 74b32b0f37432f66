/**
 * What must be there after each step of a history.
 *
 * @module
 */

import { join } from "node:path";
import { DEFAULT_PATTERNS, type DownloadResult, fnmatch, MARKER_NAME } from "../../spec/mod.ts";
import {
  isOfCommit,
  isPlace,
  exists,
  makeDirectories,
  overwriteBytes,
  readBytes,
  readTree,
  sha256Hex,
  type TreeEntry,
} from "../../harness/internal.ts";
import {
  modelPlace,
  type ModelFile,
  ProcessKilled,
  type RunningSubject,
  type TinyModel,
  type Verdict,
  type World,
} from "../../harness/mod.ts";
import type { Command } from "./command.ts";

const REPOSITORY = "mlx-community/History-4bit";

/** The simplest account of what must be there: a plain map from paths to hashes. */
export class History {
  readonly #world: World;
  readonly #verdict: Verdict;
  readonly #versions: readonly TinyModel[];
  readonly #directory: string;
  #subject: RunningSubject;
  #head = 0;
  /** The commit of the head. */
  #commit: string;
  #isUp = true;
  /** What a reader may rely on: the files of the last finished download, as they lie on the disk by now. */
  #installed: ReadonlyMap<string, string> | undefined;
  /** Hashes of files that were damaged by hand, by path. */
  readonly #damaged = new Map<string, string>();
  /** Hashes of all that was ever damaged by hand: where no version has a file any more, a download leaves it as it is. */
  readonly #byHand = new Set<string>();

  constructor(world: World, verdict: Verdict, versions: readonly TinyModel[]) {
    this.#world = world;
    this.#verdict = verdict;
    this.#versions = versions;
    this.#directory = modelPlace(world, REPOSITORY);
    this.#subject = world.start();
    this.#commit = world.hub.publish(REPOSITORY, versions[0]?.files ?? [], { tags: ["mlx"] });
  }

  /** Carries out one step and judges what came of it. */
  async run(command: Command): Promise<void> {
    switch (command.type) {
      case "publish":
        this.#head = command.version;
        this.#commit = this.#world.hub.publish(
          REPOSITORY,
          this.#versions[command.version]?.files ?? [],
          { tags: ["mlx"] },
        );
        break;
      case "download":
        await this.#download();
        break;
      case "cancel":
        await this.#cancel(command.afterReports);
        break;
      case "kill":
        await this.#kill(command);
        break;
      case "damage":
        await this.#damage(command);
        break;
      case "remove":
        await this.#remove();
        break;
      case "network":
        this.#isUp = command.isUp;
        if (command.isUp) this.#world.hub.goOnline();
        else this.#world.hub.goOffline();
        break;
      case "status":
        await this.#status();
        break;
      case "locate":
        await this.#locate();
        break;
    }
    await this.#judgeFinalPaths();
  }

  /** Ends every history: with the network up, one download makes everything right. */
  async finish(): Promise<void> {
    await this.run({ type: "network", isUp: true });
    await this.#download();
    await this.#judgeFinalPaths();
  }

  async #download(): Promise<void> {
    const verdict = this.#verdict;
    const download = () => this.#subject.download({ repository: REPOSITORY });
    if (this.#isUp) {
      const result = await verdict.attempt("DL-REPAIR-ALONE", download);
      this.#installed = hashesOf(this.#versions[this.#head]?.files ?? []);
      // Which commit it is of is known before a file is looked at: a file too few is the effect of a wrong one.
      verdict.holds("DL-NEW-COMMIT", isOfCommit(this.#world, result, this.#commit), {
        expected: `commit ${this.#commit}`,
        detail: `it is of ${result.commit}`,
      });
      await this.#judgeInstalled(result);
      this.#damaged.clear();
      verdict.reached("a download finished");
      return;
    }
    const isWhole = this.#installed !== undefined && this.#damaged.size === 0;
    if (!isWhole) {
      await verdict.fails("OFF-INCOMPLETE", download, ["offline", "network"]);
      return;
    }
    const result = await verdict.attempt("OFF-COMPLETE", download);
    await this.#judgeInstalled(result);
    verdict.reached("a complete model was used offline");
  }

  async #judgeInstalled(result: DownloadResult): Promise<void> {
    const verdict = this.#verdict;
    verdict.holds(
      "LAYOUT-AGREE",
      await isPlace(this.#world, result.directory, this.#directory),
      `download answered ${result.directory}`,
    );
    const tree = await this.#tree();
    for (const [path, sha256] of this.#installed ?? []) {
      const found = tree.find((entry) => entry.path === path);
      const isDamaged = this.#damaged.has(path);
      verdict.holds(
        isDamaged ? "DL-REPAIR-ALONE" : "LAYOUT-SET",
        found?.kind === "file",
        `${path} is not there`,
      );
      verdict.holds(isDamaged ? "DL-REPAIR-ALONE" : "DL-NEW-COMMIT", found?.sha256 === sha256, {
        expected: `the bytes of version ${this.#head + 1}, which the branch names`,
        detail: `${path} is not of the commit that was asked for`,
      });
    }
    const strays = tree.filter(
      ({ path }) => path.endsWith(".safetensors") && !this.#installed?.has(path),
    );
    verdict.holds("LAYOUT-STRAYS", strays.length === 0, () => `${strays[0]?.path} is left`);
  }

  async #cancel(afterReports: number): Promise<void> {
    const controller = new AbortController();
    let reports = 0;
    const onProgress = () => {
      if (++reports > afterReports) controller.abort();
    };
    const options = { signal: controller.signal, onProgress };
    const outcome = await this.#subject.download({ repository: REPOSITORY }, options).then(
      () => "finished" as const,
      (error: unknown) => error,
    );
    // Who was cancelled and answers all the same may be lying: that is `DL-CANCEL`, and the disk tells.
    const isDone =
      !controller.signal.aborted ||
      isThere(await this.#tree(), hashesOf(this.#versions[this.#head]?.files ?? []));
    await this.#noteUnfinished(outcome === "finished" && isDone);
  }

  async #kill(command: { readonly nth: number; readonly torn: boolean }): Promise<void> {
    const subject = this.#world.start();
    subject.killAt({ at: "operation", ...command });
    const outcome = await subject.download({ repository: REPOSITORY }).then(
      () => "finished" as const,
      (error: unknown) => error,
    );
    if (outcome instanceof ProcessKilled) {
      this.#verdict.reached("a process was killed");
      await this.#world.settle();
    }
    await subject.kill();
    this.#subject = this.#world.start();
    await this.#noteUnfinished(outcome === "finished");
  }

  /** After an unfinished download the old version or the new one may be there, or neither: the disk tells. */
  async #noteUnfinished(isFinished: boolean): Promise<void> {
    if (!this.#isUp) return;
    if (isFinished) {
      this.#installed = hashesOf(this.#versions[this.#head]?.files ?? []);
      this.#damaged.clear();
      return;
    }
    const tree = await this.#tree();
    const hasMarker = tree.some(({ path }) => path === MARKER_NAME);
    const whole = this.#versions.find((version) => isThere(tree, hashesOf(version.files)));
    this.#installed = hasMarker && whole !== undefined ? hashesOf(whole.files) : undefined;
    // A download that had begun may have repaired what was damaged.
    for (const [path, sha256] of this.#damaged) {
      if (tree.find((entry) => entry.path === path)?.sha256 !== sha256) this.#damaged.delete(path);
    }
    if (this.#installed === undefined && this.#damaged.size === 0) return;
    if (this.#installed !== undefined) this.#damaged.clear();
  }

  async #damage(command: {
    readonly file: number;
    readonly how: "cut" | "delete" | "flip";
  }): Promise<void> {
    const files = (await this.#tree()).filter(
      ({ kind, path }) => kind === "file" && this.#isFinal(path),
    );
    const entry = files[command.file % Math.max(1, files.length)];
    if (entry === undefined || entry.sizeBytes === 0) return;
    const place = join(this.#directory, ...entry.path.split("/"));
    const bytes = await readBytes(this.#world.files, place);
    // A file is changed later than it was downloaded.
    this.#world.clock.advance(2_000);
    if (command.how === "delete") await this.#world.files.unlink(place);
    if (command.how === "cut")
      await overwriteBytes(this.#world.files, place, bytes.subarray(0, bytes.length >> 1));
    if (command.how === "flip") {
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      await overwriteBytes(this.#world.files, place, bytes);
    }
    const sha256 =
      command.how === "delete" ? "" : sha256Hex(await readBytes(this.#world.files, place));
    this.#byHand.add(sha256);
    if (this.#installed?.get(entry.path) === sha256) {
      // The same bit twice is as if nothing had happened.
      this.#damaged.delete(entry.path);
      return;
    }
    this.#damaged.set(entry.path, sha256);
    const state = await this.#subject.verify({ repository: REPOSITORY });
    this.#verdict.holds(
      "VERIFY-ROT",
      state.state !== "complete",
      `${entry.path} was damaged (${command.how}) and verify answers complete`,
    );
    this.#verdict.reached("a file was damaged");
  }

  async #remove(): Promise<void> {
    if (!(await exists(this.#world.files, this.#directory))) return;
    await this.#verdict.attempt("REMOVE-ALL", () =>
      this.#subject.remove({ repository: REPOSITORY }),
    );
    const tree = await this.#tree();
    this.#verdict.holds("REMOVE-ALL", tree.length === 0, () => `${tree[0]?.path} is left`);
    this.#installed = undefined;
    this.#damaged.clear();
    // The neighbours' directory must not suffer from the removal.
    await makeDirectories(this.#world.files, this.#world.root);
  }

  async #status(): Promise<void> {
    const requests = this.#world.hub.log.length;
    const { state } = await this.#verdict.attempt("STATUS-HONEST", () =>
      this.#subject.status({ repository: REPOSITORY }),
    );
    this.#verdict.holds(
      "STATUS-LOCAL",
      this.#world.hub.log.length === requests,
      "status used the network",
    );
    const tree = await this.#tree();
    const isWhole = this.#versions.some((version) =>
      isThere(tree, hashesOf(version.files), { sizeOnly: true, files: version.files }),
    );
    this.#verdict.holds(
      "STATUS-HONEST",
      state !== "complete" || isWhole,
      "status answers complete, and files are missing or short",
    );
  }

  async #locate(): Promise<void> {
    const found = await this.#subject.locate({ repository: REPOSITORY });
    const tree = await this.#tree();
    const expected = tree.length === 0 ? undefined : this.#directory;
    const isRight =
      found === undefined || expected === undefined
        ? found === expected
        : await isPlace(this.#world, found, expected);
    this.#verdict.holds("LAYOUT-AGREE", isRight, `locate answers ${found} and not ${expected}`);
  }

  /** At rest, too, a reader sees at a final path a whole file of some version, or what was damaged by hand. */
  async #judgeFinalPaths(): Promise<void> {
    // What no default pattern takes may be there too: a whole snapshot is as good.
    const known = new Set(
      this.#versions.flatMap(({ files }) => files.map(({ bytes }) => sha256Hex(bytes))),
    );
    for (const { path, kind, sha256 } of await this.#tree()) {
      if (kind !== "file" || !this.#isFinal(path)) continue;
      const isRight = known.has(sha256 ?? "") || this.#byHand.has(sha256 ?? "");
      this.#verdict.holds("DL-ATOMIC", isRight, `${path} holds bytes of no version`);
    }
  }

  #isFinal(path: string): boolean {
    return this.#versions.some((version) => version.files.some((file) => file.path === path));
  }

  async #tree(): Promise<TreeEntry[]> {
    return readTree(this.#world.files, this.#directory);
  }
}

/** What a download without patterns of its own must bring. */
function hashesOf(files: readonly ModelFile[]): Map<string, string> {
  const wanted = files.filter(({ path }) =>
    DEFAULT_PATTERNS.some((pattern) => fnmatch(pattern, path)),
  );
  return new Map(wanted.map(({ path, bytes }) => [path, sha256Hex(bytes)]));
}

function isThere(
  tree: readonly TreeEntry[],
  hashes: ReadonlyMap<string, string>,
  options: { readonly sizeOnly?: boolean; readonly files?: readonly ModelFile[] } = {},
): boolean {
  return [...hashes].every(([path, sha256]) => {
    const found = tree.find((entry) => entry.path === path);
    if (!options.sizeOnly) return found?.sha256 === sha256;
    return found?.sizeBytes === options.files?.find((file) => file.path === path)?.bytes.length;
  });
}
