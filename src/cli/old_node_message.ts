/** The oldest version that runs this package, as `engines` in `package.json` says. */
const OLDEST = [22, 19] as const;

/**
 * The message of a command that is started with a Node that is too old for it. Neither this module nor those that begin
 * with it may use what such a Node lacks.
 *
 * @param version as in `process.versions.node`
 * @returns undefined where it is new enough
 */
export function oldNodeMessage(command: string, version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `${command}: Node ${version} is too old, ${OLDEST.join(".")} or later is needed: install it, or use the npm scripts of a clone, which bring their own`;
}
