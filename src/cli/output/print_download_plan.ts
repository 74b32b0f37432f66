import type { DownloadPlan } from "../../download/download_plan.ts";
import type { Output } from "../text_output.ts";
import { formatBytes, printable } from "./format.ts";
import { table } from "./table.ts";

/** Prints what a download would do: a line for each file, a summary, and the directory last. */
export function printDownloadPlan(plan: DownloadPlan, output: Output): void {
  const rows = plan.files.map((file) => [
    file.action,
    formatBytes(file.sizeBytes),
    printable(file.path),
    file.action === "resume" ? `${formatBytes(file.bytesKept)} are here` : "",
  ]);
  output.write(table(rows, { alignRight: [1] }));
  const { commit, files, bytesTotal, bytesToFetch } = plan;
  const at = commit === "" ? "" : ` at commit ${printable(commit)}`;
  output.write(
    `${files.length} ${files.length === 1 ? "file" : "files"}, ${formatBytes(bytesTotal)}${at}; ${formatBytes(bytesToFetch)} to fetch\n`,
  );
  output.write(`${plan.directory}\n`);
}
