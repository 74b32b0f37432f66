/** What a download would do with one file. */
export interface PlannedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly action: "keep" | "resume" | "fetch";
  /** Bytes that are on the disk already. */
  readonly bytesKept: number;
}

/** What a download would do. */
export interface DownloadPlan {
  /** `org/name`, or the URL. */
  readonly repository: string;
  readonly commit: string;
  readonly directory: string;
  readonly files: readonly PlannedFile[];
  readonly bytesTotal: number;
  readonly bytesToFetch: number;
}
