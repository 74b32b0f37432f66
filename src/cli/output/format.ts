const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/**
 * Writes a number of bytes with three digits, in decimal units as hubs and disks are labelled.
 *
 * @returns for example `"1.23 GB"`
 */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.5 would be rounded to a fourth digit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ""}`;
}

/**
 * Writes a duration with its two largest units.
 *
 * @param durationMs milliseconds
 * @returns for example `"45 s"`, `"1 min 20 s"` or `"2 h 5 min"`
 */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * Writes how long ago something was, in at most four letters.
 *
 * @returns for example `"5m"`, `"3h"`, `"12d"` or `"2y"`
 */
export function formatAge(durationMs: number): string {
  const minutes = Math.max(0, Math.floor(durationMs / 60_000));
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  return days < 1000 ? `${days}d` : `${Math.floor(days / 365)}y`;
}

/**
 * Shortens text in its middle, where a path or a name says least.
 *
 * @param width columns that it may have
 */
export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${end === 0 ? "" : text.slice(-end)}`;
}

/**
 * Makes text of unknown origin safe for a terminal: a file name could hold control sequences.
 *
 * @returns the text with control characters, line breaks too, and changes of direction written as `\u{…}`
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Bidi_Control}]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
