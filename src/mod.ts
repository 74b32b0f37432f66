/**
 * The reference: downloads, checks, lists, verifies and removes MLX models, and keeps every promise of the law.
 *
 * @module
 */

export type { DownloadPlan, PlannedFile } from "./download/download_plan.ts";
export {
  MlxModelDownloader,
  type MlxModelDownloaderOptions,
} from "./download/mlx_model_downloader.ts";
export { selectFiles, type Selection, selectionOf } from "./layout/select_files.ts";
export { UrlDownloader, type UrlDownloaderOptions } from "./download/url_downloader.ts";
export { ModelError, type ModelErrorOptions } from "./errors.ts";
export { chooseProxy } from "./hub/choose_proxy.ts";
export { HubEnvironment, type NamedValue } from "./hub/environment.ts";
export { type HubOverrides, type HubSettings, hubSettings } from "./hub/hub_settings.ts";
export type { RetryPolicy } from "./hub/retry.ts";
export { hubCacheRoot } from "./layout/hub_cache.ts";
export { modelDirectory } from "./layout/model_directory.ts";
export { modelIdOf, repositoryOf } from "./layout/model_id.ts";
export { parseRepositoryId, type RepositoryId } from "./layout/repository_id.ts";
export { assertSafePath } from "./layout/safe_path.ts";
export {
  type DirectoryRequest,
  InferenceManager,
  type InferenceManagerOptions,
} from "./inference_manager.ts";
export * from "./load/mod.ts";
export { ModelFileManager, type ModelFileManagerOptions } from "./manage/model_file_manager.ts";
export { nodeHost } from "./node_host.ts";
export * from "./run/mod.ts";
export { SharedModelManager, type SharedModelManagerOptions } from "./shared_model_manager.ts";
