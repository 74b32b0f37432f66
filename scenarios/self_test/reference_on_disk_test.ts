/**
 * The reference is judged by every scenario, on a real disk.
 */
import { judgeReference } from "./judge_reference.ts";

judgeReference("disk");
