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
