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
