import type { DownloadPlan } from "../../download/download_plan.ts";
import type { Output } from "../text_output.ts";
import { formatBytes, printable } from "./format.ts";
import { printCanLoad } from "./print_can_load.ts";
import type { RuntimeOptions } from "./print_runtimes.ts";
import { table } from "./table.ts";

/**
 * Prints what a download would do: a line for each file, a summary, which runtimes would load the model, and the
 * directory last.
 */
export function printDownloadPlan(
  plan: DownloadPlan,
  options: RuntimeOptions,
  output: Output,
): void {
  const rows = plan.files.map((file) => [
    file.action,
    formatBytes(file.sizeBytes),
    printable(file.path),
    file.action === "resume" ? `${formatBytes(file.bytesKept)} are here` : "",
  ]);
  output.write(table(rows, { alignRight: [1] }));
  const { commit, files, bytesTotal, bytesToFetch, model, modelError } = plan;
  const at = commit === "" ? "" : ` at commit ${printable(commit)}`;
  output.write(
    `${files.length} ${files.length === 1 ? "file" : "files"}, ${formatBytes(bytesTotal)}${at}; ${formatBytes(bytesToFetch)} to fetch\n`,
  );
  if (model !== undefined) printCanLoad(model, options, output);
  if (modelError !== undefined)
    output.write(`which runtimes load it is not known: ${printable(modelError.message)}\n`);
  output.write(`${plan.directory}\n`);
}
