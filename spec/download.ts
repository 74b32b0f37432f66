/**
 * What a downloader is asked and what it answers; `download.md` states the rules.
 *
 * @module
 */

import type { GenerateRequest } from "./inference.ts";
import type { ModelRequest } from "./model_request.ts";

/** Asks for a model's files. */
export interface DownloadRequest extends ModelRequest {
  /** Patterns of wanted files (fnmatch). @default {DEFAULT_PATTERNS} */
  readonly include?: readonly string[];
  /** Patterns of files to leave out (fnmatch). @default {[]} */
  readonly exclude?: readonly string[];
  /** The hub's address. @default {HF_ENDPOINT} */
  readonly endpoint?: string;
  /** The access token; it is sent to the hub only. @default {HF_TOKEN} */
  readonly token?: string;
  /** Whether the network must not be used. @default {HF_HUB_OFFLINE} */
  readonly offline?: boolean;
  /** Whether every file that is there is hashed, also where nothing seems to have touched it. @default {false} */
  readonly verify?: boolean;
  /** How many transfers run at once. @default {the implementation's own number, which may change meanwhile} */
  readonly concurrency?: number;
}

/** Asks an MLX runtime to download a model with its own downloader: `DL-DELEGATED`. */
export interface DelegatedDownloadRequest extends DownloadRequest {
  /** The runner's name, or the command line of one that speaks the runner protocol. @default {"auto"} */
  readonly runner: GenerateRequest["runner"];
}

/** Asks for one file by its address. */
export interface UrlRequest {
  /** The file's address, `https:` or `http:`. */
  readonly url: string;
  /** The SHA-256 that the file must have, as 64 hexadecimal digits. */
  readonly sha256?: string;
  /** The access token for that server. */
  readonly token?: string;
  /**
   * How many bytes the file may have. A file whose length the server does not state is cut off there:
   * `DL-UNSTATED-LENGTH`.
   *
   * @default {64 GiB where the length is not stated; else as long as the server says}
   */
  readonly maxSizeBytes?: number;
}

/** How far a download is. Bytes are counted over all wanted files. */
export interface Progress {
  /** What is being done: bytes arrive, files are put in place, or everything is finished. */
  readonly phase: "transfer" | "publish" | "done";
  /** Bytes that are here and need not be fetched again. */
  readonly bytesDone: number;
  /** Bytes of all wanted files. */
  readonly bytesTotal: number;
  /** Files whose bytes are all here. */
  readonly filesDone: number;
  /** Wanted files. */
  readonly filesTotal: number;
  /** From 0 to 1; 1 only when everything is published. */
  readonly fraction: number;
  /** Repository path of the file that advanced, if one did. */
  readonly file?: string;
}

/** Options of a call that can take long. */
export interface WaitOptions {
  /** Cancels the call, which then rejects with the code `cancelled`. */
  readonly signal?: AbortSignal;
  /** Called whenever the download has advanced. */
  readonly onProgress?: (progress: Progress) => void;
}

/** A file that is in its place. */
export interface PlacedFile {
  /** Path relative to the model's directory, with `/`. */
  readonly path: string;
  /** Its size in bytes. */
  readonly sizeBytes: number;
}

/** What a finished download promises. */
export interface DownloadResult {
  /** Absolute path of the model's directory. */
  readonly directory: string;
  /** The commit that every file is from; empty for a URL. */
  readonly commit: string;
  /** Every wanted file, all of them verified. */
  readonly files: readonly PlacedFile[];
  /** Bytes that this call received; 0 when everything was here. */
  readonly bytesFetched: number;
  /** Whether the local copy was used because the hub could not be asked. */
  readonly offline: boolean;
}
