import type { CanLoadReport } from "../../../spec/mod.ts";
import type { Output } from "../text_output.ts";
import { formatBytes, printable } from "./format.ts";
import { printRuntimes, type RuntimeOptions } from "./print_runtimes.ts";

/** Prints what is wrong with a model of the hub, which runtimes load it, what to choose instead, and what it takes. */
export function printCanLoad(report: CanLoadReport, options: RuntimeOptions, stdout: Output): void {
  for (const { level, cause, path, detail } of report.findings)
    stdout.write(`${level}: ${cause}: ${printable(path)}: ${printable(detail)}\n`);
  printRuntimes(report.runtimes, { ...options, kind: report.kind }, stdout);
  const { alternatives } = report;
  if (!report.canLoad && alternatives.length > 0)
    stdout.write(`no known runtime loads it; instead: ${printable(alternatives.join("; or "))}\n`);
  const { peakMemory, architecture, quantization } = report;
  const memory =
    peakMemory === undefined
      ? []
      : [
          `about ${formatBytes(peakMemory.bytes)} of memory with ${peakMemory.contextTokens} tokens`,
        ];
  const facts = [
    printable(architecture ?? "unknown architecture"),
    report.kind,
    `${report.parameterCount} parameters`,
    printable(quantization ?? "not quantized"),
    `${formatBytes(report.downloadBytes)} to download`,
    ...memory,
  ];
  stdout.write(`${facts.join(", ")} (${formatBytes(report.bytesRead)} were read)\n`);
}
