import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Digest, ProcessTable } from "../../spec/mod.ts";
import type { HttpClient } from "../hub/http_client.ts";
import type { ListedFile } from "../hub/list_files.ts";
import type { ModelPlace } from "../layout/model_place.ts";

/** Everything that is decided before the first byte of a file is requested. */
export interface DownloadTask {
  /** Where the model goes, and where its unfinished files wait. */
  readonly place: ModelPlace;
  /** Repository id or URL, as the marker names it. */
  readonly source: string;
  /** Revision as asked for; empty for a URL. */
  readonly revision: string;
  /** Commit; empty for a URL. */
  readonly commit: string;
  /** The commit that was in the place when the hub was asked, if any was; undefined where that does not matter. */
  readonly placeWhenAsked?: { readonly commit: string | undefined } | undefined;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly wanted: readonly WantedFile[];
  /** Every listed path with its hash, wanted or not: what belongs to this commit. */
  readonly listed: ReadonlyMap<string, Digest | undefined>;
  /** The whole listing of the commit; undefined for a URL. */
  readonly listing: readonly ListedFile[] | undefined;
  /** Whether a marker is written: it says that a model is there, not just some files. */
  readonly writesMarker: boolean;
  readonly http: HttpClient;
  /** Says which boot of the machine this is: what an earlier process of it wrote and did not sync is there. */
  readonly processes: Pick<ProcessTable, "machine">;
  /** Transfers at a time; undefined where it is to be found out how many serve. */
  readonly concurrency: number | undefined;
}

/** One file that a download is to put in its place. */
export interface WantedFile {
  /** Path relative to the model's directory, with `/`. */
  readonly path: string;
  /** Listed size in bytes; undefined when the server does not state it. */
  readonly sizeBytes: number | undefined;
  /** The most that is taken of it where its size is not stated. @default {64 GiB} */
  readonly sizeBytesMax?: number | undefined;
  /** Listed hash; undefined when the server does not state it. */
  readonly digest: Digest | undefined;
  /** Address of the content. */
  readonly url: string;
  /** Name of the content among the partial files: equal for equal content, and for nothing else. */
  readonly contentKey: string;
  /** The strong etag of content that has no listed hash. */
  readonly validator?: string | undefined;
}

/** Where a file of a task belongs. @param path relative to the model's directory, with `/` */
export function filePath({ place }: Pick<DownloadTask, "place">, path: string): string {
  return join(place.directory, path);
}

/**
 * Names a content among partial files: by its hash where one is listed, else by where it comes from.
 *
 * So kept bytes are used for the same content only, also under another path or in another commit: `DL-RESUME-CHANGED`.
 *
 * @param source distinguishes contents without a listed hash, for example repository, commit and path
 */
export function contentKeyOf(digest: Digest | undefined, source: string): string {
  if (digest !== undefined) return digest.slice(digest.indexOf(":") + 1);
  return createHash("sha256").update(source).digest("hex");
}
