/**
 * Which version of the suite this is: that of the package.
 *
 * @module
 */

export { packageVersion as suiteVersion } from "../../src/package_version.ts";
