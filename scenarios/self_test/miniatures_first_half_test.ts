/**
 * Every miniature is caught: the first half of them.
 */
import { judgeMiniatures } from "./judge_miniatures.ts";

judgeMiniatures(0, { of: 2 });
