import { fileURLToPath } from "node:url";
import { buildPackages } from "./build_packages.ts";
import { keepFormerCommands } from "./former_commands.ts";

// The packages are published only from a workflow, which says where the repository is.
const { GITHUB_REPOSITORY: repository, GITHUB_SERVER_URL: server } = process.env;

const into = fileURLToPath(new URL("../../dist/", import.meta.url));
await buildPackages({ into, repositoryUrl: repository && server && `${server}/${repository}` });
await keepFormerCommands(into);
