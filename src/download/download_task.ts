import type { Digest } from "../../spec/mod.ts";
import type { HttpClient } from "../hub/http_client.ts";
import type { ListedFile } from "../hub/list_files.ts";
import type { WantedFile } from "./wanted_file.ts";

/** Everything that is decided before the first byte of a file is requested. */
export interface DownloadTask {
  /** The directory that may be written to. */
  readonly root: string;
  /** The model's directory, under the root. */
  readonly directory: string;
  /** Repository id or URL, as the marker names it. */
  readonly source: string;
  /** Revision as asked for; empty for a URL. */
  readonly revision: string;
  /** Commit; empty for a URL. */
  readonly commit: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly wanted: readonly WantedFile[];
  /** Every listed path with its hash, wanted or not: tells what belongs to this commit. */
  readonly listed: ReadonlyMap<string, Digest | undefined>;
  /** The whole listing of the commit; undefined for a URL. */
  readonly listing: readonly ListedFile[] | undefined;
  /** Whether a marker is written: it says that a model is there, not that some files are. */
  readonly writesMarker: boolean;
  readonly http: HttpClient;
  /** Transfers at a time. */
  readonly concurrency: number;
}
