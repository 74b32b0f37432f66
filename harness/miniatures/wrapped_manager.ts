import type { Host, ModelManager, Place } from "../../spec/mod.ts";

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
    ...lies,
  };
}

/** What a process is started with. */
export interface StartedWith {
  readonly host: Host;
  readonly place: Place;
}
