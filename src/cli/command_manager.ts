import type { Host, SubjectConfig } from "../../spec/mod.ts";
import type { DoctorOptions } from "../doctor/doctor.ts";
import type { CliManager } from "./cli_environment.ts";

/**
 * The manager of a command. It loads what a call needs with the call: what looks at the disk alone needs a third of the modules, and
 * loading them is most of the time of a short command.
 */
export function commandManager(host: Host, config: SubjectConfig): CliManager {
  const files = once(async () => {
    const { ModelFileManager } = await import("../manage/model_file_manager.ts");
    return new ModelFileManager(host, config);
  });
  const all = once(async () => {
    const { SharedModelManager } = await import("../shared_model_manager.ts");
    return new SharedModelManager(host, config);
  });
  const doctor = once(async () => {
    const { Doctor } = await import("../doctor/doctor.ts");
    const check: DoctorOptions["check"] = async (directory, options) =>
      (await all()).checkDirectory(directory, options);
    return new Doctor(host, config, { repositories: {}, check });
  });
  return {
    locate: async (request) => (await files()).locate(request),
    status: async (request, options) => (await files()).status(request, options),
    verify: async (request, options) => (await files()).verify(request, options),
    list: async () => (await files()).list(),
    survey: async (options) => (await files()).survey(options),
    migrate: async (request, options) => (await files()).migrate(request, options),
    repositoryIn: async (directory) => (await files()).repositoryIn(directory),
    download: async (request, options) => (await all()).download(request, options),
    downloadDelegated: async (request, options) =>
      (await all()).downloadDelegated(request, options),
    downloadUrl: async (request, options) => (await all()).downloadUrl(request, options),
    planDownload: async (request, options) => (await all()).planDownload(request, options),
    latestCommit: async (request, options) => (await all()).latestCommit(request, options),
    canLoad: async (request, options) => (await all()).canLoad(request, options),
    serve: async (options) => (await all()).serve(options),
    remove: async (request) => (await all()).remove(request),
    planRemoval: async (request) => (await all()).planRemoval(request),
    removeDirectory: async (directory, options) =>
      (await all()).removeDirectory(directory, options),
    share: async (request, options) => (await all()).share(request, options),
    diagnose: async (request, options) => (await doctor()).diagnose(request, options),
    mend: async (step, options) => (await all()).mend(step, options),
    check: async (request, options) => (await all()).check(request, options),
    checkDirectory: async (directory, options) => (await all()).checkDirectory(directory, options),
    plan: async (request) => (await all()).plan(request),
    planDirectory: async (directory, options) => (await all()).planDirectory(directory, options),
    run: async (model, request) => (await all()).run(model, request),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
