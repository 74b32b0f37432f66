import type { ErrorCode } from "../../../spec/mod.ts";
import { AdapterError } from "./serve_adapter.ts";

/** What the system's own codes mean. */
const ERRNO_KINDS: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: "disk-full",
  EDQUOT: "disk-full",
  EFBIG: "disk-full",
  EACCES: "access-denied",
  EPERM: "access-denied",
  EROFS: "access-denied",
  EIO: "disk-io",
};

interface Failed {
  readonly statusCode?: number;
  readonly code?: string;
  readonly message: string;
}

/** What an error of `@huggingface/hub` means, by its status or the system's code. */
export function hubJsError(error: unknown): Error {
  const { statusCode, message, code } = error as Failed;
  if (statusCode === 401) return new AdapterError("unauthorized", message);
  if (statusCode === 403) return new AdapterError("gated", message);
  if (statusCode === 404) return new AdapterError("repository-not-found", message);
  if (statusCode === 429) return new AdapterError("rate-limited", message);
  if (statusCode !== undefined && statusCode >= 500)
    return new AdapterError("hub-unavailable", message);
  const kind = ERRNO_KINDS[code ?? ""];
  if (kind !== undefined) return new AdapterError(kind, message);
  return error instanceof TypeError ? new AdapterError("network", message) : (error as Error);
}
