import { requireCustomer, requireStaff, type Work } from '../kernel/index.ts'

/**
 * Returns the id of the user whose addresses are read or changed: the customer who acts, or the user whom
 * support staff name.
 * @throws kernel.forbidden
 */
export function ownerOf(work: Work, named?: string | undefined): string {
  if (named === undefined) return requireCustomer(work.actor)
  requireStaff(work.actor, 'support')
  return named
}

/**
 * Writes to the audit log that staff changed a buyer's address: the names of the changed fields, without
 * their values.
 */
export function auditStaff(work: Work, verb: string, addressId: string, after: object = {}): void {
  if (work.actor.kind !== 'staff') return
  work.audit({ command: `addresses ${verb}`, subject: ['address', addressId], after })
}
