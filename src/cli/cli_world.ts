import type {
  CheckReport,
  DownloadRequest,
  Host,
  ModelManager,
  Place,
  WaitOptions,
} from "../../spec/mod.ts";
import type { DownloadPlan } from "../download/download_plan.ts";

/** What the command asks of a manager: the contract, and two questions more. */
export interface CliManager extends ModelManager {
  /** What a download would do, without doing it. */
  planDownload(request: DownloadRequest, options?: WaitOptions): Promise<DownloadPlan>;
  /** As `check`, for any directory. */
  checkDirectory(directory: string, options?: WaitOptions): Promise<CheckReport>;
}

/** Where text goes. */
export interface Output {
  write(text: string): unknown;
}

/** Everything that the command knows of the outside. */
export interface CliWorld {
  readonly host: Host;
  /** The environment, and the root where neither option nor variable names another. */
  readonly place: Place;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether a person looks at stderr. */
  readonly isTerminal: boolean;
  /** Aborted with an `Interruption` when the command is told to stop. */
  readonly signal: AbortSignal;
  readonly version: string;
  createManager(host: Host, place: Place): CliManager;
}
