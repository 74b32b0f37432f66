/**
 * Every miniature is caught: the second half of them.
 */
import { judgeMiniatures } from "./judge_miniatures.ts";

judgeMiniatures(1, { of: 2 });
