/**
 * For tests: an adapter that downloads everything, everything but repositories with an empty file, or nothing, by its argument.
 *
 * @module
 */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AdapterError, serveAdapter } from "./adapters/serve_adapter.ts";

const [, , kind] = process.argv;
const hub = process.env["HF_ENDPOINT"];

serveAdapter(
  { name: "selective", version: "1.0.0", layouts: ["hubapi"] },
  {
    download: async ({ root, request: { repository } }) => {
      if (kind === "nothing") throw new AdapterError("network", "It downloads nothing");
      const directory = join(root, "models", repository);
      const answer = await fetch(`${hub}/api/models/${repository}/tree/main?recursive=true`);
      const tree = (await answer.json()) as { type: string; path: string; size: number }[];
      for (const { type, path, size } of tree) {
        if (type !== "file") continue;
        if (size === 0 && kind === "no-empty-files")
          throw new AdapterError("network", "It is empty");
        const file = await fetch(`${hub}/${repository}/resolve/main/${path}`);
        await mkdir(dirname(join(directory, path)), { recursive: true });
        await writeFile(join(directory, path), Buffer.from(await file.arrayBuffer()));
      }
      return { directory };
    },
  },
);
