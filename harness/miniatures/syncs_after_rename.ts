import type { FileSystem } from "../../spec/mod.ts";
import { deafFiles } from "./deaf_files.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";

/** Syncs a file only when it has its final name already. */
export const syncsAfterRename: Miniature = {
  name: "syncs_after_rename",
  lie: "Syncs a file only when it has its final name already.",
  breaks: ["DUR-STATES", "DUR-CORE"],
  wrap: (subject) =>
    wrapSubject(subject, "syncs_after_rename", (host, config) => {
      const deaf = deafFiles(host.files, { file: isModelPart });
      const rename = async (source: string, target: string) => {
        await deaf.rename(source, target);
        if (isModelPart(source)) await syncFile(host.files, target);
      };
      return subject.start({ ...host, files: { ...deaf, rename } }, config);
    }),
};

/** Anything but a marker on its way: that is another lie. */
function isModelPart(path: string): boolean {
  return !path.endsWith(".tmp");
}

async function syncFile(files: FileSystem, path: string): Promise<void> {
  const file = await files.open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
