import { defineLayout } from "../layout_definition.ts";

/** Where Swift's `HubApi(downloadBase:)` looks: `LAYOUT-PATH`. */
export const hubapi = defineLayout("hubapi", {
  isReadByMlx: true,
  isDownloadTarget: true,
  isMigrationTarget: true,
  isMigrationSource: true,
});
