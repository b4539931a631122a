import { isBlank } from './identity.ts'
import { kernelErrors } from './kernel-errors.ts'
import type { ConfirmedFactor } from './proofs/confirmed-factor.ts'
import type { StaffProof } from './proofs/staff-proof.ts'

export const staffRoles = ['support', 'warehouse', 'finance', 'agent', 'service', 'admin'] as const
export type StaffRole = (typeof staffRoles)[number]

/**
 * The person or system that acts, as far as laku could verify who it is. It includes the reason for the act,
 * if one was given.
 */
export type Actor =
  | {
      kind: 'staff'
      id: string
      name: string
      role: StaffRole
      reason?: string
      proof?: StaffProof
      /**
       * The proof that the staff member confirmed this command with their second factor; absent if they did
       * not.
       */
      factor?: ConfirmedFactor
    }
  | { kind: 'customer'; id: string }
  | { kind: 'provider'; name: string }
  /** A caller of a public HTTP route, who has not logged in. */
  | { kind: 'visitor'; name: string }
  | { kind: 'system'; name: string }

/**
 * Returns the actor's label for logs, events and movements: `staff:ana`, `customer:<id>`, `system:worker`.
 */
export function actorLabel(actor: Actor): string {
  return actor.kind === 'customer' ? `customer:${actor.id}` : `${actor.kind}:${actor.name}`
}

/**
 * Returns an identifier of the actor that stays the same if the person is renamed. Steps that need two people
 * compare these identifiers.
 */
export function personOf(actor: Actor): string {
  return actor.kind === 'staff' ? actor.id : actorLabel(actor)
}

/**
 * Refuses the call unless the actor is the system itself, an admin, or a member of staff with one of these
 * roles.
 * @throws kernel.forbidden
 */
export function requireStaff(actor: Actor, ...roles: StaffRole[]): void {
  if (actor.kind === 'system') return
  if (actor.kind === 'staff' && (actor.role === 'admin' || roles.includes(actor.role))) return
  throw kernelErrors.forbidden({ needs: ['admin', ...roles] })
}

/**
 * Refuses the call unless the actor is a customer, and returns the customer's id.
 * @throws kernel.forbidden
 */
export function requireCustomer(actor: Actor): string {
  if (actor.kind !== 'customer') throw kernelErrors.forbidden({ needs: ['customer'] })
  return actor.id
}

/**
 * Returns the reason for an act: the reason given here, or else the reason stored in the actor. Throws if
 * there is none, or none that can be read: spaces and invisible characters are no reason.
 * @throws kernel.reason_required
 */
export function requireReason({ actor }: { actor: Actor }, given?: string | undefined): string {
  const reason = given ?? ('reason' in actor ? actor.reason : undefined)
  if (reason === undefined || isBlank(reason)) throw kernelErrors.reason_required()
  return reason
}
