/** The source of the time for all business rules. Only development and tests may shift it. */
export interface Clock {
  /** Returns the time by the clock of this process, for uses that need no transaction. */
  now(): Date
  /**
   * Returns the time that business rules use in a transaction. `beganAt` is the transaction's start by the
   * database's clock. All processes use that one clock, so that they agree on which time limits are over.
   */
  at(beganAt: Date): Date
}

/** Returns the instant that is this many seconds after the given instant. */
export function secondsAfter(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000)
}

/** Returns the date in Jakarta (UTC+7, no daylight saving) at this instant, as `YYYY-MM-DD`. */
export function jakartaDate(instant: Date): string {
  return secondsAfter(instant, 7 * 3600)
    .toISOString()
    .slice(0, 10)
}
