/**
 * The reference's delegated download as a program that speaks the subject protocol: an MLX runtime's own downloader, under
 * the same rules.
 *
 * `--by mlx-lm` or `--by mlx-swift` names the runtime, which must be installed; it keeps what it fetched in the hub's cache, and
 * the cache is the root.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { serveAdapter } from "../../harness/subjects/adapters/serve_adapter.ts";
import type { DelegatedDownloadRequest, DownloadRequest } from "../../spec/mod.ts";
import { nodeHost } from "../../src/node_host.ts";
import { packageVersion } from "../../src/package_version.ts";
import { SharedModelManager } from "../../src/shared_model_manager.ts";

const { values } = parseArgs({ options: { by: { type: "string", default: "mlx-lm" } } });
const { by: runner } = values;
if (runner !== "mlx-lm" && runner !== "mlx-swift")
  throw new RangeError(`Cannot let "${runner}" download: it is mlx-lm or mlx-swift`);

serveAdapter(
  {
    name: `mlx-layout-by-${runner}`,
    version: packageVersion(),
    roles: ["downloader"],
    capabilities: ["cancel", "progress", "revision", "token", "endpoint"],
    layouts: ["hf-cache"],
    profiles: ["core"],
  },
  {
    download: ({ root, request, signal, progress }) => {
      const env = { ...process.env, HF_HUB_CACHE: root };
      const manager = new SharedModelManager(nodeHost(), { root, env });
      const wanted: DelegatedDownloadRequest = {
        ...(request as object as DownloadRequest),
        runner,
      };
      return manager.downloadDelegated(wanted, { signal, onProgress: progress });
    },
  },
);
