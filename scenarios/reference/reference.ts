/**
 * The implementation that this repository judges by default.
 *
 * @module
 */

import type { Subject } from "../../spec/mod.ts";
import { packageVersion } from "../../src/package_version.ts";
import { SharedModelManager } from "../../src/shared_model_manager.ts";

/** The implementation of this repository, as the harness sees it. */
export const reference: Subject = {
  name: "mlx-layout",
  version: packageVersion(),
  start: (host, config) => new SharedModelManager(host, config),
};
