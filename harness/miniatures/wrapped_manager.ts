import type { Host, ModelManager, SubjectConfig } from "../../spec/mod.ts";
import { inferenceCalls } from "../worlds/inference_calls.ts";

/** A manager of which some answers are others. */
export function wrappedManager(manager: ModelManager, lies: Partial<ModelManager>): ModelManager {
  return {
    download: (request, options) => manager.download(request, options),
    downloadUrl: (request, options) => manager.downloadUrl(request, options),
    locate: (request) => manager.locate(request),
    status: (request) => manager.status(request),
    verify: (request, options) => manager.verify(request, options),
    list: () => manager.list(),
    remove: (request) => manager.remove(request),
    migrate: (request, options) => manager.migrate(request, options),
    check: (request, options) => manager.check(request, options),
    ...inferenceCalls(manager, (action) => action()),
    ...lies,
  };
}

/** What a process is started with. */
export interface StartedWith {
  readonly host: Host;
  readonly config: SubjectConfig;
}
