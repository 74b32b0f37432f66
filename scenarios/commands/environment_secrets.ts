/**
 * Which values of the environment must not be written anywhere.
 *
 * @module
 */

import { isSecretName } from "../../harness/internal.ts";

/** The values of those variables that are named as secrets are. */
export function environmentSecrets(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && isSecretName(name) ? [value] : [],
  );
}
