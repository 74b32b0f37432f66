import type {
  DownloadRequest,
  DownloadResult,
  ErrorCode,
  ModelManager,
} from "../../../spec/mod.ts";

/** An error as a manager rejects with it. */
export function failure(
  code: ErrorCode,
  message: string,
  options?: ErrorOptions,
): Error & { readonly code: ErrorCode } {
  return Object.assign(new Error(message, options), { code });
}

/** The result of a download that transferred nothing. */
export function emptyResult(directory: string): DownloadResult {
  return { directory, commit: "", files: [], bytesFetched: 0, offline: false };
}

/** The `download` of a manager, with what becomes of its failures: another result, or another failure. */
export function onFailure(
  manager: ModelManager,
  handle: (error: unknown, request: DownloadRequest) => DownloadResult | Promise<DownloadResult>,
): ModelManager["download"] {
  return async (request, options) => {
    try {
      return await manager.download(request, options);
    } catch (error) {
      return handle(error, request);
    }
  };
}
