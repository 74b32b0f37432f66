/**
 * A process that runs scenarios on miniatures, one at a time, as its parent orders.
 *
 * @module
 */

import { miniatures, serveMiniatures } from "../../../harness/internal.ts";
import { scenarios } from "../../mod.ts";
import { reference } from "../../reference/reference.ts";

serveMiniatures(miniatures, { scenarios, subject: reference });
