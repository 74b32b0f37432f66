/**
 * The implementation that this repository judges by default.
 *
 * @module
 */

import type { Host, ModelManager, Subject, SubjectConfig } from "../../spec/mod.ts";
import { packageVersion } from "../../src/package_version.ts";
import { SharedModelManager } from "../../src/shared_model_manager.ts";
import { referenceCommand } from "./reference_command.ts";

/** The implementation of this repository, as the harness sees it. */
export const reference: Subject = {
  name: "mlx-layout",
  version: packageVersion(),
  start: (host, config) => new ReferenceManager(host, config),
};

/** The library, and its command line. */
class ReferenceManager extends SharedModelManager {
  readonly command: NonNullable<ModelManager["command"]>;

  constructor(host: Host, config: SubjectConfig) {
    super(host, config);
    this.command = (request, options = {}) =>
      referenceCommand(request, { host, config, ...options });
  }
}
