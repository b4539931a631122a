import type { ConfirmedFactor } from './confirmed-factor.ts'
import { kernelErrors } from './kernel-errors.ts'
import type { StaffProof } from './staff-proof.ts'

export const staffRoles = ['support', 'warehouse', 'finance', 'agent', 'service', 'admin'] as const
export type StaffRole = (typeof staffRoles)[number]

/** The actor who does something, as far as they were verified, and their reason where they gave it. */
export type Actor =
  | {
      kind: 'staff'
      id: string
      name: string
      role: StaffRole
      reason?: string
      proof?: StaffProof
      /** Set where they confirmed this command by their second factor. */
      factor?: ConfirmedFactor
    }
  | { kind: 'customer'; id: string }
  | { kind: 'provider'; name: string }
  /** Nobody knows who: an open route. */
  | { kind: 'visitor'; name: string }
  | { kind: 'system'; name: string }

/** One word for logs, events and movements: `staff:ana`, `customer:<id>`, `system:worker`. */
export function actorLabel(actor: Actor): string {
  return actor.kind === 'customer' ? `customer:${actor.id}` : `${actor.kind}:${actor.name}`
}

/** The same word for the same person whatever they are called: what two-person steps compare. */
export function personOf(actor: Actor): string {
  return actor.kind === 'staff' ? actor.id : actorLabel(actor)
}

/**
 * Staff of one of these roles (admin always), or the system itself, may go on.
 * @throws kernel.forbidden
 */
export function requireStaff(actor: Actor, ...roles: StaffRole[]): void {
  if (actor.kind === 'system') return
  if (actor.kind === 'staff' && (actor.role === 'admin' || roles.includes(actor.role))) return
  throw kernelErrors.forbidden({ needs: ['admin', ...roles] })
}

/**
 * The customer that acts, and nobody else.
 * @throws kernel.forbidden
 */
export function requireCustomer(actor: Actor): string {
  if (actor.kind !== 'customer') throw kernelErrors.forbidden({ needs: ['customer'] })
  return actor.id
}

/**
 * Why something is done: as it was given, or as the actor said.
 * @throws kernel.reason_required
 */
export function requireReason({ actor }: { actor: Actor }, given?: string | undefined): string {
  const reason = given ?? ('reason' in actor ? actor.reason : undefined)
  if (!reason) throw kernelErrors.reason_required()
  return reason
}
