import { sql } from 'kysely'
import { moveState, requireReason, requireStaff, requireTransition, type Work } from '../kernel/index.ts'
import { recordChange, type Sealed, type Way, wayInErrors } from '../way-in/index.ts'
import { factoryErrors } from './errors.ts'
import { normalizeFactoryPhone } from './phone.ts'
import { getFactory } from './read-factories.ts'
import { recordCommission } from './record-commission.ts'
import { requireFactoryAccess } from './require-office-access.ts'
import { openTaxId, sealTaxId, type TaxId, type TaxIdKind, taxIdOf } from './tax-id.ts'
import {
  type FactoryStatus,
  type FactoryVerification,
  factoryMachine,
  factoryTransitions,
  verificationMachine,
  verificationTransitions,
} from './transitions.ts'
import type { FactoryView } from './views.ts'

export interface FactoryChanges {
  name?: string | undefined
  phone?: string | undefined
  email?: string | undefined
  taxId?: TaxId | undefined
  commissionBps?: number | undefined
  verification?: FactoryVerification | undefined
  status?: FactoryStatus | undefined
  /** The reason for suspending the factory. */
  reason?: string | undefined
  /** Whether somebody at the factory's new phone number told staff the code that was sent to that number. */
  phoneProven?: boolean | undefined
}

/**
 * Changes a factory: first its verification, then its status. So one call can verify and activate a factory.
 * If the factory already has the given `verification` or `status`, nothing changes there. A suspension needs
 * a reason, in the input or from the actor. Only finance changes the commission, the result of the
 * verification, and the status. For the factories of their own office, an agent may submit the papers
 * (`pending`), and change name and phone. While the papers are checked, only finance changes what is in them.
 * @throws factory.not_found, not_verified, phone_invalid, tax_id_invalid, way_in.caller_code_needed,
 * kernel.illegal_transition, reason_required, forbidden
 */
export async function updateFactory(
  work: Work,
  input: FactoryChanges & { factoryId: string },
): Promise<FactoryView> {
  const { factoryId, commissionBps } = input
  requireStaff(work.actor, 'agent', 'finance', 'service')
  await sql`select from factories where id = ${factoryId} for no key update`.execute(work.tx)
  const before = await getFactory(work.tx, factoryId)
  await requireFactoryAccess(work, factoryId)
  const verification = input.verification ?? before.verification
  const status = input.status ?? before.status
  const verdict = verification !== before.verification && verification !== 'pending'
  const newRate = commissionBps !== undefined && commissionBps !== before.commissionBps
  const changesPapers = [input.name, input.phone, input.email, input.taxId].some((one) => one !== undefined)
  const isChecked = before.verification === 'pending' && changesPapers
  if (verdict || newRate || status !== before.status || isChecked) requireStaff(work.actor, 'finance')
  if (verification !== before.verification) {
    requireTransition(verificationTransitions, before.verification, verification, 'factory verification')
  }
  if (status !== before.status) {
    requireTransition(factoryTransitions, before.status, status, 'factory')
    if (status === 'active' && verification !== 'verified') {
      throw factoryErrors.not_verified({ factoryId, verification })
    }
  }
  const why = status === 'suspended' ? (before.suspendedBecause ?? requireReason(work, input.reason)) : null
  const phone = input.phone === undefined ? before.phone : normalizeFactoryPhone(input.phone)
  if (phone !== before.phone && needsProof(before) && !input.phoneProven)
    throw wayInErrors.caller_code_needed()
  const ids = [factoryId]
  if (verification !== before.verification)
    await moveState(work, verificationMachine, { to: verification, ids, all: true })
  const { name = before.name, email = before.email } = input
  const rate = commissionBps ?? before.commissionBps
  const sealed = await recordChanges(work, before, { phone, email, taxId: input.taxId })
  const set = { name, phone, email, commissionBps: rate, suspendedBecause: why, updatedAt: work.now }
  await moveState(work, factoryMachine, { to: status, stays: true, ids, set, all: true })
  if (input.taxId) {
    const { taxIdKind, taxIdSealed } = sealTaxId(work.vault, input.taxId)
    await work.tx
      .updateTable('factories')
      .set({ taxIdKind, taxIdSealed })
      .where('id', '=', factoryId)
      .execute()
  }
  if (newRate) await recordCommission(work, factoryId, commissionBps)
  if (status !== before.status) {
    const payload = { factoryId, from: before.status, to: status }
    work.emit({ type: 'factory.status_changed', aggregate: ['factory', factoryId], payload })
  }
  const after = await getFactory(work.tx, factoryId)
  const was = { ...before, ...sealed }
  work.audit({ command: commandOf(before, after), subject: ['factory', factoryId], before: was, after })
  return after
}

/**
 * Whether a new phone number of this factory needs a code as proof. Before its papers are verified, laku
 * sends nothing to a factory, and staff may correct its number without a code.
 */
const needsProof = ({ verification }: FactoryView) => verification === 'verified'

/**
 * Returns the new phone number of a factory in E.164 format, before a code is sent to that number. The member
 * of staff needs the same access as for the change of the number itself.
 * @throws factory.not_found, phone_invalid, kernel.forbidden
 */
export async function factoryNumberToProve(
  work: Work,
  { factoryId, phone }: { factoryId: string; phone: string },
): Promise<string> {
  requireStaff(work.actor, 'agent', 'finance', 'service')
  await getFactory(work.tx, factoryId)
  await requireFactoryAccess(work, factoryId)
  return normalizeFactoryPhone(phone)
}

/**
 * Records changes to the phone number, email address or tax number of a verified factory. The factory is
 * notified at its old phone number and email address, and may stop the change.
 * @throws kernel.forbidden for the tax number of a verified factory, which is finance's to change
 */
async function recordChanges(
  work: Work,
  before: FactoryView,
  { phone, email, taxId }: { phone: string; email: string | null; taxId: TaxId | undefined },
): Promise<Partial<Record<'phone' | 'email' | 'taxId', Sealed>>> {
  const subject = ['factory', before.id] as const
  const sealed: Partial<Record<'phone' | 'email' | 'taxId', Sealed>> = {}
  const note = async (
    field: 'phone' | 'email' | 'taxId',
    way: Way,
    old: string | null,
    newValue?: string | null,
  ) => {
    const kept = await recordChange(work, { subject, way, old, newValue })
    if (kept) sealed[field] = kept
  }
  if (phone !== before.phone) await note('phone', 'phone', before.phone, phone)
  if (email !== before.email) await note('email', 'email', before.email, email)
  if (taxId && before.verification === 'verified') {
    requireStaff(work.actor, 'finance')
    const old = await taxIdOf(work, before.id)
    const { kind, number } = openTaxId(work.vault, sealTaxId(work.vault, taxId))
    if (old?.kind !== kind || old.number !== number)
      await note('taxId', 'tax_id', old && `${old.kind}:${old.number}`)
  }
  return sealed
}

/**
 * Restores a factory's old phone number, email address or tax number, after the factory stopped the change.
 */
export async function restoreFactory(
  work: Work,
  factoryId: string,
  way: Exclude<Way, 'bank_account'>,
  old: string | null,
): Promise<void> {
  if (way === 'phone') {
    const phone = normalizeFactoryPhone(old ?? '')
    await sql`update factories set phone = ${phone}, updated_at = ${work.now} where id = ${factoryId}`.execute(
      work.tx,
    )
  } else if (way === 'email') {
    await sql`update factories set email = ${old}, updated_at = ${work.now} where id = ${factoryId}`.execute(
      work.tx,
    )
  } else {
    const { taxIdKind, taxIdSealed } = restoredTaxId(work, old)
    await sql`
      update factories set tax_id_kind = ${taxIdKind}, tax_id_sealed = ${taxIdSealed}, updated_at = ${work.now}
      where id = ${factoryId}`.execute(work.tx)
  }
}

function restoredTaxId({ vault }: Work, old: string | null) {
  if (old === null) return { taxIdKind: null, taxIdSealed: null }
  const [kind, number = ''] = old.split(':')
  return sealTaxId(vault, { kind: kind as TaxIdKind, number })
}

const verbOf = {
  pending: 'submit',
  verified: 'verify',
  rejected: 'reject',
  active: 'activate',
  suspended: 'suspend',
} as Record<string, string | undefined>

/** Returns the CLI command that makes this change of a factory, as text for the audit log. */
function commandOf(before: FactoryView, after: FactoryView): string {
  const state =
    after.status !== before.status
      ? after.status
      : after.verification !== before.verification
        ? after.verification
        : ''
  return `factories ${verbOf[state] ?? 'update'}`
}
