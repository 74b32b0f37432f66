/**
 * Liars about everything but downloads are caught.
 */
import { judgeMiniatures } from "./judge_miniatures.ts";

judgeMiniatures((area) => area !== "download");
