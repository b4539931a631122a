import type { Work } from '../kernel/index.ts'
import { takeTurns } from '../ops/index.ts'
import { whatsappErrors } from './errors.ts'

/**
 * Refuses a message if this staff member has reached the limit of messages in a day. WhatsApp messages and
 * notices count together. A service is a program with its own limit, so this limit does not apply to it.
 * @throws whatsapp.staff_limited
 */
export async function requireStaffTurn(work: Work): Promise<void> {
  const { actor, policy } = work
  if (actor.kind !== 'staff' || actor.role === 'service') return
  const atOnce = policy.staffMessagesPerDay
  const { refused } = await takeTurns(work, [
    { name: `staff messages ${actor.id}`, atOnce, everyS: 86_400 / atOnce },
  ])
  if (refused) throw whatsappErrors.staff_limited({ limit: atOnce, retryAfterS: refused.inS })
}
