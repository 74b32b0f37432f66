/**
 * Liars about downloads are caught.
 */
import { judgeMiniatures } from "./judge_miniatures.ts";

judgeMiniatures((area) => area === "download");
