/** The source of every business time. Only development and tests may shift it. */
export interface Clock {
  /** Returns the time of this process, for uses that need no transaction. */
  now(): Date
  /**
   * Returns the time of a transaction that the database began at `beganAt`. The database's clock counts, so
   * that two processes whose clocks differ agree on whose lease has run out.
   */
  at(beganAt: Date): Date
}

/** Returns the instant this many seconds after another. */
export function secondsAfter(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000)
}

/** Returns the business date in Jakarta (UTC+7, no daylight saving), as `YYYY-MM-DD`. */
export function jakartaDate(instant: Date): string {
  return secondsAfter(instant, 7 * 3600)
    .toISOString()
    .slice(0, 10)
}
