import type { Host, ProgramStarter } from "../../spec/mod.ts";
import { isChange, wrapFiles } from "../disk/wrappers/wrap_files.ts";
import type { Observation } from "../tracing/observation.ts";

/** The ports by which a process acts. */
export type ActingPorts = Pick<Host, "files" | "fetch"> & {
  readonly programs?: Host["programs"] | undefined;
};

/** The ports by which a process acts, each call noted once it has succeeded; a request when it is sent. */
export function observedHost(host: ActingPorts, seen: Observation): ActingPorts {
  const { files, fetch, programs } = host;
  return {
    ...host,
    files: wrapFiles(files, async (call, next) => {
      const value = await next();
      const { operation, path, mode, sizeBytes = 0 } = call;
      if (operation === "open") seen.opened.push({ path, isForWriting: mode !== "r" });
      if (operation === "read") seen.reads.push({ path, sizeBytes });
      if (isChange(call)) seen.changes.push({ operation, path: call.target ?? path });
      return value;
    }),
    fetch: (url, request) => {
      seen.requests.push(url);
      return fetch(url, request);
    },
    ...(programs === undefined
      ? {}
      : {
          programs: {
            platform: programs.platform,
            processor: programs.processor,
            node: programs.node,
            spawn: async (command, options) => {
              const child = await programs.spawn(command, options);
              seen.executed.push(command);
              return child;
            },
          } satisfies ProgramStarter,
        }),
  };
}
