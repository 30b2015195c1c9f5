/** One look at a host. */
export interface HealthProbe {
  /**
   * Asks the host whether it is well.
   * @param done called once, with what was wrong, or null; never before this returns
   * @returns gives up: `done` is not called any more
   */
  start(done: (problem: string | null) => void): () => void;
}
