/** The oldest version that runs this package, as `engines` in `package.json` says. */
const OLDEST = [22, 19];

/**
 * The message of a command or a library that is started with a Node that is too old for it. Neither this module nor those
 * that begin with it may use what such a Node lacks, so it is no TypeScript.
 *
 * @param {string} name of the command or the package
 * @param {string} version as in `process.versions.node`
 * @returns {string | undefined} undefined where it is new enough
 */
export function oldNodeMessage(name, version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `${name}: Node ${version} is too old, ${OLDEST.join(".")} or later is needed: install it, or use the npm scripts of a clone, which bring their own`;
}
