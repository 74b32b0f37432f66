import type { FileSystem, Marker, Random } from "../../../spec/mod.ts";
import type { EarlierFiles } from "../../records/earlier_files.ts";
import type { DownloadTask } from "../download_task.ts";
import type { DiskState, KeptFile } from "../inspect/disk_state.ts";

/** What publishing needs of the host. */
export interface PublishHost {
  readonly files: FileSystem;
  readonly random: Random;
  readonly clock: { now(): number };
}

/** What is to be published. */
export interface Publication {
  readonly task: DownloadTask;
  /** Files that are in place already. */
  readonly kept: readonly KeptFile[];
  /** Files whose content is in place already, and only the link to it is not. */
  readonly unlinked: readonly KeptFile[];
  /** Files whose verified content lies in the staging area. */
  readonly staged: readonly KeptFile[];
  /** Files of an earlier revision, relative to the model's directory. */
  readonly strays: readonly string[];
  readonly marker: Marker | undefined;
}

/** A file that waits in the staging area for its place. */
export interface Move {
  readonly source: string;
  readonly target: string;
  /** `false` where the loss of the file in a power cut costs nothing. @default {true} */
  readonly isDurable?: boolean;
}

/** Everything that publishing will put somewhere, written and waiting, in the order in which it goes. */
export interface PreparedPublication {
  /** Contents that no reader finds before a link leads to them. */
  readonly blobs: readonly Move[];
  /** Whether anything changes that a reader opens: then the model is hidden meanwhile. */
  readonly isChanged: boolean;
  /** A `config.json` that stays as it is, and leaves while other files change. */
  readonly hiddenConfig: KeptFile | undefined;
  /** What readers open, but for the configuration. */
  readonly entries: readonly Move[];
  readonly config: readonly Move[];
  /** What other clients know of the model: metadata, or listing and ref. */
  readonly records: readonly Move[];
  readonly marker: Move | undefined;
}

/** The rules by which one kind of storage holds a model's files. */
export interface Publisher {
  /** Directories that will be written to, beside those of the model's own. */
  directories(task: DownloadTask): readonly string[];
  /**
   * Finds out what is in place, what is half done, and what is missing; nothing is trusted unhashed: `DL-REPAIR-ALONE`.
   *
   * @throws {ModelError} `access-denied` when a directory stands where a file must be
   */
  inspect(
    files: FileSystem,
    task: DownloadTask,
    options: { readonly marker: Marker | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<DiskState>;
  /** Finds files that an earlier revision left and this commit does not have: `LAYOUT-STRAYS`. */
  findStrays(
    files: FileSystem,
    task: DownloadTask,
    options: { readonly earlier: EarlierFiles; readonly signal?: AbortSignal | undefined },
  ): Promise<readonly string[]>;
  /**
   * Does everything of publishing that needs room, so that what is left is renames: a full disk fails before anything
   * that was good is touched (`OFF-KEEPS`), and what was made for it is cleared away by the next download.
   */
  prepare(host: PublishHost, publication: Publication): Promise<PreparedPublication>;
  /** Takes `config.json` away until the new one comes. */
  hideConfig(
    files: FileSystem,
    task: DownloadTask,
    hiddenConfig: KeptFile | undefined,
  ): Promise<void>;
}
