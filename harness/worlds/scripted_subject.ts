import type {
  DownloadRequest,
  DownloadResult,
  Host,
  ModelManager,
  SubjectConfig,
  Subject,
  WaitOptions,
} from "../../spec/mod.ts";

/** Where a script runs and what it was asked. */
export interface Script {
  readonly host: Host;
  readonly config: SubjectConfig;
  readonly request: DownloadRequest;
  readonly options: WaitOptions;
}

/**
 * A subject that does one thing: `download` runs the script. The harness is tested on it, so that
 * a test of the harness needs no implementation.
 */
export function scriptedSubject(run: (script: Script) => Promise<void>): Subject {
  return {
    name: "scripted",
    version: "1.0.0",
    start: (host, config): ModelManager => ({
      download: async (request, options = {}): Promise<DownloadResult> => {
        await run({ host, config, request, options });
        return {
          directory: config.root,
          commit: "",
          files: [],
          bytesFetched: 0,
          offline: false,
        };
      },
      downloadUrl: unasked,
      locate: async () => undefined,
      status: unasked,
      verify: unasked,
      list: async () => [],
      remove: unasked,
      migrate: unasked,
      check: unasked,
    }),
  };
}

async function unasked(): Promise<never> {
  throw Object.assign(new Error("Cannot do this: the script knows downloads alone"), {
    code: "unsupported",
  });
}
