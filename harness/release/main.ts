import { fileURLToPath } from "node:url";
import { buildPackages } from "./build_packages.ts";

// The packages are published only from a workflow, which says where the repository is.
const { GITHUB_REPOSITORY: repository, GITHUB_SERVER_URL: server } = process.env;

await buildPackages({
  into: fileURLToPath(new URL("../../dist/", import.meta.url)),
  repositoryUrl: repository && server && `${server}/${repository}`,
});
