import { sql } from 'kysely'
import { identityOf, requireStaff, requireTransition, type Work } from '../../kernel/index.ts'
import type { BankAccount } from '../../ops/index.ts'
import { addTransfer, type Candidate, type Claimed, claimLine } from '../../payout/index.ts'
import { holdLocked, requireUnpaid } from '../approval/hold.ts'
import { hasChanged } from '../calculation/calculate.ts'
import { settlementErrors } from '../errors.ts'
import { type LockedSettlement, lockSettlement } from '../lock.ts'
import { failedSettlementStates, settlementTransitions } from '../transitions.ts'
import { approveAgain, destinationOf } from './pay.ts'
import { payoutOf, recordPayout } from './payout-of.ts'

/**
 * The reason for which a settlement is left out: staff export the settlements of one bank only, and this one
 * goes to another bank. Such a settlement is not reported.
 */
const ANOTHER_CHANNEL = 'another channel'

/**
 * Adds settlements to a batch of bank transfers, under the same locks and checks as `paySettlement`. These
 * are the named settlements (by id or code), or else all approved ones. They can be limited to one bank. The
 * call fails if a named settlement is not approved or may be paid already. A settlement with any other
 * problem is left out, and the reason is returned.
 * @throws settlement.not_found, payout_under_way, kernel.illegal_transition, kernel.forbidden
 */
export async function claimForBank(
  work: Work,
  input: { batch: () => Promise<string>; settlements: readonly string[]; channelCode?: string | undefined },
): Promise<Claimed> {
  requireStaff(work.actor, 'finance')
  const claimed: Claimed = { codes: [], leftOut: [] }
  for (const id of await idsOf(work, input.settlements)) {
    const settlement = await lockSettlement(work.tx, id)
    const isNamed = input.settlements.length > 0
    // Another transaction changed this settlement after the approved settlements were listed, so it is no
    // longer approved.
    if (!isNamed && settlement.status !== 'approved') continue
    const ready = await readyOf(work, settlement)
    if (isNamed) await requireUnpaid(work, ready)
    const why = await claimOne(work, ready, input)
    if (why === undefined) claimed.codes.push(settlement.code)
    else if (why !== ANOTHER_CHANNEL) claimed.leftOut.push({ code: settlement.code, why })
  }
  return claimed
}

/**
 * Returns the settlement if it is approved. If its last payout failed or came back, the person who exports
 * the settlement approves it again with the export. So after the bank has rejected a settlement, staff can
 * export it again by its code.
 */
async function readyOf(work: Work, settlement: LockedSettlement): Promise<LockedSettlement> {
  if (failedSettlementStates.includes(settlement.status)) return await approveAgain(work, settlement)
  requireTransition(settlementTransitions, settlement.status, 'submitted', 'settlement')
  return settlement
}

/**
 * Returns the ids of the named settlements, or of all approved ones. They are sorted, because all
 * transactions lock settlements in the order of their ids.
 */
async function idsOf(work: Work, named: readonly string[]): Promise<string[]> {
  const codes = named.map(identityOf)
  const where =
    named.length === 0
      ? sql`status = 'approved'`
      : sql`(code = any(${codes}) or upper(id::text) = any(${codes}))`
  const { rows } = await sql<{ id: string; code: string }>`
    select id, code from settlements where ${where} order by id`.execute(work.tx)
  const known = new Set(rows.flatMap((row) => [row.id.toUpperCase(), row.code]))
  const unknown = named.filter((name) => !known.has(identityOf(name)))
  if (unknown.length > 0) throw settlementErrors.not_found({ settlements: unknown })
  return rows.map((row) => row.id)
}

/**
 * Adds a settlement to the batch of bank transfers. Returns undefined on success; if the settlement is left
 * out, returns the reason.
 */
async function claimOne(
  work: Work,
  settlement: LockedSettlement,
  { batch, channelCode }: { batch: () => Promise<string>; channelCode?: string | undefined },
): Promise<string | undefined> {
  const { id, code } = settlement
  const line: Candidate = { code, subject: ['settlement', id], command: `laku settle show ${code}` }
  const payable = await claimLine(work, line, () => destinationOrWhy(work, settlement, channelCode))
  if ('why' in payable) return payable.why
  const destination = payable.done
  if (typeof destination === 'string') return destination
  const batchId = await batch()
  const added = await claimLine(work, line, () => addLine(work, settlement, { batchId, destination }))
  return 'why' in added ? added.why : undefined
}

/** Returns the bank account to which the settlement is paid, or the reason why it cannot be exported. */
async function destinationOrWhy(
  work: Work,
  settlement: LockedSettlement,
  channelCode: string | undefined,
): Promise<BankAccount | string> {
  await requireUnpaid(work, settlement)
  const destination = await destinationOf(work, settlement)
  if (channelCode && destination.channelCode !== channelCode.toUpperCase()) return ANOTHER_CHANNEL
  if (!(await hasChanged(work, settlement))) return destination
  await holdLocked(work, settlement, 'plan_changed')
  return settlementErrors.plan_changed().code
}

async function addLine(
  work: Work,
  settlement: LockedSettlement,
  { batchId, destination }: { batchId: string; destination: BankAccount },
): Promise<void> {
  const payout = payoutOf(settlement, destination)
  const id = await addTransfer(work, { batchId, ...payout })
  await recordPayout(work, settlement, { id, key: payout.key, batchId }, 'settle export')
}
