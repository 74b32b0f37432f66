import { readFileSync } from "node:fs";
import { oldNodeMessage } from "./cli/launch/old_node_message.mjs";

// The packages import this before anything that an old Node fails at with a message about something else.
const { name } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const message = oldNodeMessage(name, process.versions.node);
if (message !== undefined) throw new Error(message);
