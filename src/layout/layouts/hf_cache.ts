import { hubCacheRoot } from "../hub_cache.ts";
import { defineLayout } from "../layout_definition.ts";

/** The hub's own cache, where mlx-lm looks; it has a root of its own and a directory for each commit: `LAYOUT-HFCACHE`. */
export const hfCache = defineLayout("hf-cache", {
  storage: "hub-cache",
  rootOf: hubCacheRoot,
  isReadByMlx: true,
  isDownloadTarget: true,
  isMigrationTarget: false,
  isMigrationSource: false,
});
