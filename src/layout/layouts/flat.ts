import { defineLayout } from "../layout_definition.ts";

/** Where apps keep models under names of their own, and where MLX does not look: `LAYOUT-FLAT`. */
export const flat = defineLayout("flat", {
  isReadByMlx: false,
  isDownloadTarget: false,
  isMigrationTarget: false,
  isMigrationSource: true,
});
