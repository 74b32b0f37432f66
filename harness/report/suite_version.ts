/** The version of this suite: that of `package.json`, which a test compares. */
export const SUITE_VERSION = "0.1.0";
