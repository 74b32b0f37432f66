import { defineLayout } from "../layout_definition.ts";

/** Where LM Studio keeps models: `LAYOUT-PATH`. */
export const lmstudio = defineLayout("lmstudio", {
  isReadByMlx: true,
  isDownloadTarget: true,
  isMigrationTarget: true,
  isMigrationSource: true,
});
