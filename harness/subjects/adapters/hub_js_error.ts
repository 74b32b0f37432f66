import { AdapterError } from "./serve_adapter.ts";

/** What an error of `@huggingface/hub` means, by its status. */
export function hubJsError(error: unknown): Error {
  const { statusCode, message } = error as { statusCode?: number; message: string };
  if (statusCode === 401) return new AdapterError("unauthorized", message);
  if (statusCode === 403) return new AdapterError("gated", message);
  if (statusCode === 404) return new AdapterError("repository-not-found", message);
  if (statusCode === 429) return new AdapterError("rate-limited", message);
  if (statusCode !== undefined && statusCode >= 500)
    return new AdapterError("hub-unavailable", message);
  return error instanceof TypeError ? new AdapterError("network", message) : (error as Error);
}
