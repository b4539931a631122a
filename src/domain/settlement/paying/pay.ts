import { sql } from 'kysely'
import { getFactory, payableAccounts } from '../../factory/index.ts'
import { lockRows, moveState, requireStaff, requireTransition, type Work } from '../../kernel/index.ts'
import { type BankAccount, endAttention } from '../../ops/index.ts'
import { createPayout, requireFit, requireNoLostTransfer } from '../../payout/index.ts'
import { holdLocked, requireUnpaid } from '../approval/hold.ts'
import { requireSecondApprover } from '../approval/second-approver.ts'
import { hasChanged } from '../calculation/calculate.ts'
import { settlementErrors } from '../errors.ts'
import { type LockedSettlement, lockSettlement, settlementEventPayload } from '../lock.ts'
import { getSettlement, type StoredSettlement } from '../read.ts'
import { failedSettlementStates, settlementMachine, settlementTransitions } from '../transitions.ts'
import { payoutOf, recordPayout } from './payout-of.ts'

/**
 * Pays an approved settlement: creates its payout, which is sent after the commit. If the plan (the lines and
 * their amounts) has changed since the approval, nothing is paid. The settlement is then on hold with the
 * reason `plan_changed`, and its approval is removed.
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

/**
 * The state changes that `settle retry` may make. A settlement that was only calculated is refused, because
 * it was never paid.
 */
const byRetry: typeof settlementTransitions = { ...settlementTransitions, calculated: ['on_hold', 'void'] }

/**
 * Pays a settlement again after its last payout definitely failed or came back. The caller approves the
 * settlement again, and needs a second approver for a large amount. The new payout has a new idempotency key
 * and goes to the factory's present bank account. If the plan (the lines and their amounts) changed
 * meanwhile, for example by a refund, the settlement is put on hold instead.
 * @throws settlement.same_person, kernel.approver_not_independent, and as paySettlement
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
 * Approves a settlement again, after its payout definitely failed or came back. The caller has locked the
 * settlement's row and counts as the approver, so the limits of an approval apply.
 * @throws settlement.same_person, kernel.approver_not_independent, illegal_transition
 */
export async function approveAgain(work: Work, settlement: LockedSettlement): Promise<LockedSettlement> {
  const person = await requireSecondApprover(work, settlement)
  await moveState(work, settlementMachine, {
    to: 'approved',
    from: failedSettlementStates,
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
  await endAttention(work, 'settlement_unpaid', settlement.id, 'it is paid again')
  return { ...settlement, status: 'approved' }
}

/**
 * Creates the payout of an approved settlement, whose row is locked.
 * @throws settlement.no_bank_account, factory_suspended,
 * payout.outside_channel_limits
 */
export async function payLocked(work: Work, settlement: LockedSettlement, command: string): Promise<void> {
  const destination = await destinationOf(work, settlement)
  await requireFit(work.tx, destination, settlement.netIdr)
  const payout = payoutOf(settlement, destination)
  const id = await createPayout(work, payout)
  await recordPayout(work, settlement, { id, key: payout.key }, command)
}

/**
 * Returns the bank account to which a settlement is paid now.
 * @throws settlement.no_bank_account, factory_suspended, payout.lost_files_open
 */
export async function destinationOf(work: Work, { factoryId, code }: LockedSettlement): Promise<BankAccount> {
  await requireNoLostTransfer(work.tx)
  // The lock on the factory's row keeps payments and suspensions apart. If staff are suspending the factory
  // now, this transaction waits. A later suspension finds this payout and holds it back.
  await lockRows(work.tx, { factory: { id: [factoryId] } }, { share: true })
  const { status } = await getFactory(work.tx, factoryId)
  if (status === 'suspended') throw settlementErrors.factory_suspended({ code, factoryId })
  const accounts = await payableAccounts(work.tx, work.vault, [factoryId], work.now)
  const destination = accounts.get(factoryId)
  if (!destination) throw settlementErrors.no_bank_account({ code, factoryId })
  return destination
}
