import { sql } from 'kysely'
import { getFactory, payableAccounts } from '../../factory/index.ts'
import { lockRows, moveState, requireStaff, requireTransition, type Work } from '../../kernel/index.ts'
import { type BankAccount, settleAttention } from '../../ops/index.ts'
import { createPayout, requireFit } from '../../payout/index.ts'
import { requireOther } from '../approval/approve.ts'
import { holdLocked, requireUnpaid } from '../approval/hold.ts'
import { hasChanged } from '../calculation/calculate.ts'
import { settlementErrors } from '../errors.ts'
import { type LockedSettlement, lockSettlement, settlementEventPayload } from '../lock.ts'
import { getSettlement, type StoredSettlement } from '../read.ts'
import { settlementMachine, settlementTransitions } from '../transitions.ts'

/**
 * Pays an approved settlement: its payout is made and sent after the commit; the settlement follows it. An
 * approval whose plan has changed since is void: then nothing is paid, and the settlement is on hold with the
 * reason `plan_changed`.
 * @throws settlement.not_found, settlement.payout_under_way, settlement.no_bank_account,
 * settlement.factory_suspended,
 *   payout.outside_channel_limits, kernel.illegal_transition, kernel.forbidden
 */
export async function paySettlement(work: Work, input: { settlement: string }): Promise<StoredSettlement> {
  requireStaff(work.actor, 'finance')
  const settlement = await lockSettlement(work.tx, input.settlement)
  requireTransition(settlementTransitions, settlement.status, 'submitted', 'settlement')
  await requireUnpaid(work, settlement)
  if (await hasChanged(work, settlement)) await holdLocked(work, settlement, 'plan_changed')
  else await payLocked(work, settlement, 'settle pay')
  return await getSettlement(work.tx, settlement.id)
}

/** A settlement that was never paid needs no retry. */
const byRetry: typeof settlementTransitions = { ...settlementTransitions, calculated: ['on_hold', 'void'] }

/**
 * Pays a settlement again whose last payout definitely failed or came back. The caller approves it again, and
 * a new payout under a new key goes to the account that is payable now. Sums that needed a second person
 * still do. If the plan changed meanwhile, for example by a refund, the settlement is put on hold.
 * @throws settlement.same_person, kernel.same_hands, and as paySettlement
 */
export async function retrySettlement(work: Work, input: { settlement: string }): Promise<StoredSettlement> {
  requireStaff(work.actor, 'finance')
  const settlement = await lockSettlement(work.tx, input.settlement)
  requireTransition(byRetry, settlement.status, 'approved', 'settlement')
  await requireUnpaid(work, settlement)
  const approved = await approveAgain(work, settlement)
  if (await hasChanged(work, approved)) await holdLocked(work, approved, 'plan_changed')
  else await payLocked(work, settlement, 'settle retry')
  return await getSettlement(work.tx, settlement.id)
}

/**
 * Approves a locked settlement again whose money definitely did not arrive, or came back. The caller is the
 * approver, under the limits of an approval.
 * @throws settlement.same_person, kernel.same_hands, illegal_transition
 */
export async function approveAgain(work: Work, settlement: LockedSettlement): Promise<LockedSettlement> {
  const person = await requireOther(work, settlement)
  await moveState(work, settlementMachine, {
    to: 'approved',
    from: ['failed', 'reversed'],
    ids: [settlement.id],
    all: true,
    set: {
      statusReason: null,
      approvedBy: person,
      approvedAt: work.now,
      approvedHash: sql`t.plan_hash`,
      paidAt: null,
      retryAt: null,
      updatedAt: work.now,
    },
  })
  work.emit({
    type: 'settlement.approved',
    aggregate: ['settlement', settlement.id],
    payload: settlementEventPayload(settlement),
  })
  await settleAttention(work, 'settlement_unpaid', settlement.id, 'it is paid again')
  return { ...settlement, status: 'approved' }
}

/**
 * Makes the payout of a locked, approved settlement.
 * @throws settlement.no_bank_account, factory_suspended,
 * payout.outside_channel_limits
 */
export async function payLocked(work: Work, settlement: LockedSettlement, command: string): Promise<void> {
  const { id, code, netIdr, payouts } = settlement
  const destination = await destinationOf(work, settlement)
  await requireFit(work.tx, destination, netIdr)
  const key = `${code}-${payouts + 1}`
  const payoutId = await createPayout(work, {
    key,
    purpose: 'settlement',
    subjectId: id,
    owner: { factoryId: settlement.factoryId },
    destination,
    amountIdr: netIdr,
    description: `Laku ${code}`,
  })
  await sql`
    update settlements set payout_id = ${payoutId}, payouts = payouts + 1, updated_at = ${work.now}
    where id = ${id}`.execute(work.tx)
  work.audit({
    command,
    subject: ['settlement', id],
    before: { status: settlement.status },
    after: { payout: key, netIdr },
  })
}

/**
 * Returns the account that a settlement is paid to now.
 * @throws settlement.no_bank_account, factory_suspended
 */
export async function destinationOf(work: Work, { factoryId, code }: LockedSettlement): Promise<BankAccount> {
  // A suspension that is under way is waited for, and one that comes later finds the payout.
  await lockRows(work.tx, { factory: { id: [factoryId] } }, { share: true })
  const { status } = await getFactory(work.tx, factoryId)
  if (status === 'suspended') throw settlementErrors.factory_suspended({ code, factoryId })
  const accounts = await payableAccounts(work.tx, work.vault, [factoryId], work.now)
  const destination = accounts.get(factoryId)
  if (!destination) throw settlementErrors.no_bank_account({ code, factoryId })
  return destination
}
