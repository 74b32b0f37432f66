import type { DownloadRequest, Host, Layout, SubjectConfig, WaitOptions } from "../../spec/mod.ts";
import { diskError } from "../disk/disk_error.ts";
import { hubSettings } from "../hub/hub_settings.ts";
import { DEFAULT_LAYOUT } from "../layout/layouts/mod.ts";
import { modelPlace } from "../layout/model_directory.ts";
import { parseRepositoryId } from "../layout/repository_id.ts";
import { readPlan } from "../records/download_intent.ts";
import { readMarker } from "../records/marker.ts";
import type { RepositoryDownloader } from "./repository_downloader.ts";
import { isMlxRepository, type RepositorySnapshot } from "./repository_snapshot.ts";

/** The organization whose repositories are all for MLX. */
const MLX_ORG = "mlx-community";

/** How a repository is downloaded, and what the hub answered on the way to that decision. */
export interface Route {
  /** As an MLX model, or file by file into the flat layout: `DL-OTHER-WAY`. */
  readonly way: "mlx" | "other";
  readonly snapshot?: RepositorySnapshot | undefined;
}

/** Options of {@linkcode chooseRoute}. */
export interface ChooseRouteOptions extends WaitOptions {
  readonly config: SubjectConfig;
  /** Asks the hub. */
  readonly repositories: RepositoryDownloader;
}

/**
 * Decides how a repository is downloaded with as few requests as possible: by the request, the organization, what is on
 * disk, and only then the hub, whose answer is passed on so that the branch is resolved once: `DL-ONE-COMMIT`.
 *
 * @throws {ModelError} `invalid-argument` for a malformed id, the code of a disk that fails, or the hub's code
 */
export async function chooseRoute(
  host: Host,
  request: DownloadRequest,
  options: ChooseRouteOptions,
): Promise<Route> {
  const { config, repositories, ...wait } = options;
  const { repository } = request;
  const { org } = parseRepositoryId(repository);
  const isIn = (layout: Layout) => isRecordedIn(host, config, { repository, layout });
  if (request.layout !== undefined || org === MLX_ORG) return { way: "mlx" };
  if (await isIn(DEFAULT_LAYOUT)) return { way: "mlx" };
  if (await isIn("flat")) return { way: "other" };
  if (hubSettings(config.env, request).offline) return { way: "mlx" };
  const snapshot = await repositories.snapshot(request, wait);
  return { way: isMlxRepository(snapshot) ? "mlx" : "other", snapshot };
}

async function isRecordedIn(
  { files }: Host,
  config: SubjectConfig,
  { repository, layout }: { readonly repository: string; readonly layout: Layout },
): Promise<boolean> {
  const place = modelPlace(config, repository, { layout });
  try {
    const recorded = (await readMarker(files, place.directory)) ?? (await readPlan(files, place));
    return recorded?.source === repository;
  } catch (error) {
    throw diskError(error, `read "${place.directory}"`);
  }
}
