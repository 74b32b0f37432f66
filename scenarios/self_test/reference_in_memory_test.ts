/**
 * The reference is judged by every scenario, in memory.
 */
import { judgeReference } from "./judge_reference.ts";

judgeReference("memory");
