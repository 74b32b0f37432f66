import type { Output } from "../text_output.ts";

/** A shorter text would be found by accident. */
const SECRET_LENGTH_MIN = 6;

/**
 * Wraps an output so that no secret passes it: `HUB-TOKEN-SECRET`.
 *
 * Nothing is expected to print one; this is the last line of defence.
 */
export function secretOutput(output: Output, secrets: readonly (string | undefined)[]): Output {
  const hidden = secrets.filter(
    (secret): secret is string => secret !== undefined && secret.length >= SECRET_LENGTH_MIN,
  );
  return {
    write: (text) =>
      output.write(hidden.reduce((safe, secret) => safe.replaceAll(secret, "[token]"), text)),
  };
}
