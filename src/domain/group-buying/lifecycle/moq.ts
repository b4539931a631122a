export type ClosePolicy = 'at_moq' | 'at_deadline'

/** The figures of a session that its rules need. Only paid units count for the MOQ, never unpaid joins. */
export interface SessionCount {
  closePolicy: ClosePolicy
  moq: number
  capacity: number | null
  paidUnits: number
  heldUnits: number
}

/**
 * Whether a session may close before its end. With the close policy `at_moq`, it may close once its paid
 * units reach the MOQ. With `at_deadline`, it may close only once its whole capacity is paid.
 */
export function isComplete(session: SessionCount): boolean {
  if (session.closePolicy === 'at_moq') return session.paidUnits >= session.moq
  return session.capacity !== null && session.paidUnits >= session.capacity
}

/**
 * Decides what happens to a forming session at this instant. A session whose time is over closes with success
 * if it has reached its MOQ; otherwise it fails.
 */
export function verdict(session: SessionCount & { endsAt: Date }, now: Date): 'close' | 'fail' | 'wait' {
  if (isComplete(session)) return 'close'
  if (session.endsAt > now) return 'wait'
  return session.paidUnits >= session.moq ? 'close' : 'fail'
}
