/** The version of the suite is that of the package. */
export { packageVersion as suiteVersion } from "../../src/package_version.ts";
