/**
 * Which values of the environment must not be written anywhere.
 *
 * @module
 */

/** Names of variables whose values are secrets. */
const SECRET_NAME_REGEXP = /TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY/i;

/** The values of those variables that are named as secrets are. */
export function environmentSecrets(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && SECRET_NAME_REGEXP.test(name) ? [value] : [],
  );
}
