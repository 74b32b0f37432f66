/** Counts what is under way between the subjects of a world and its disk and hub. */
export class Activity {
  /** Calls to the disk that have not ended. */
  disk = 0;
  /** Requests and reads of bodies that have not ended. */
  network = 0;
  /** Grows with everything that begins or ends. */
  events = 0;
}
