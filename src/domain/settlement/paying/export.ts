import { sql } from 'kysely'
import { DomainError, requireStaff, requireTransition, type Work } from '../../kernel/index.ts'
import { addTransfer } from '../../payout/index.ts'
import { holdLocked, requireUnpaid } from '../approval/hold.ts'
import { hasChanged } from '../calculation/calculate.ts'
import { settlementErrors } from '../errors.ts'
import { type LockedSettlement, lockSettlement } from '../lock.ts'
import { settlementTransitions } from '../transitions.ts'
import { approveAgain, destinationOf } from './pay.ts'

export interface LeftOut {
  code: string
  /**
   * The code of the error with which `settle pay` would refuse the settlement. It is `plan_changed` if the
   * export put the settlement on hold for that.
   */
  why: string
}

export interface Claimed {
  codes: string[]
  leftOut: LeftOut[]
}

/**
 * Claims settlements for a batch of bank transfers, under the same locks and checks as `paySettlement`. It
 * takes the named settlements (by id or code), or all approved ones, optionally of one bank's channel. A
 * named settlement that is not approved, or already has a live payout, makes the whole call fail. Any other
 * obstacle leaves out one settlement, with the reason, and the others continue. If a settlement's plan has
 * changed, its approval is void, as in `paySettlement`. The provider's limits for the channel are not
 * checked.
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
    // Another transaction changed this settlement first, so it is no longer one of the approved settlements.
    if (!isNamed && settlement.status !== 'approved') continue
    const ready = await readyOf(work, settlement)
    if (isNamed) await requireUnpaid(work, ready)
    const why = await claimOne(work, ready, input)
    if (why === undefined) claimed.codes.push(settlement.code)
    else if (why !== 'another channel') claimed.leftOut.push({ code: settlement.code, why })
  }
  return claimed
}

/**
 * Returns the settlement as approved. A settlement whose payout failed or came back is approved again by the
 * person who exports it, as in `settle retry`. So a line that the bank rejected can be exported again by its
 * code.
 */
async function readyOf(work: Work, settlement: LockedSettlement): Promise<LockedSettlement> {
  if (settlement.status === 'failed' || settlement.status === 'reversed')
    return await approveAgain(work, settlement)
  requireTransition(settlementTransitions, settlement.status, 'submitted', 'settlement')
  return settlement
}

/**
 * Returns the ids of the named settlements, or of all approved ones, sorted by id, because all transactions
 * lock settlements in this order.
 */
async function idsOf(work: Work, named: readonly string[]): Promise<string[]> {
  const [codes, ids] = [named.map((name) => name.toUpperCase()), named.map((name) => name.toLowerCase())]
  const where =
    named.length === 0 ? sql`status = 'approved'` : sql`(code = any(${codes}) or id::text = any(${ids}))`
  const { rows } = await sql<{ id: string; code: string }>`
    select id, code from settlements where ${where} order by id`.execute(work.tx)
  const known = new Set(rows.flatMap((row) => [row.id, row.code]))
  const unknown = named.filter((name) => !known.has(name.toUpperCase()) && !known.has(name.toLowerCase()))
  if (unknown.length > 0) throw settlementErrors.not_found({ settlements: unknown })
  return rows.map((row) => row.id)
}

/**
 * Adds a settlement to the batch of bank transfers. Returns the reason if the settlement is left out, and
 * undefined if it is now a line of the batch.
 */
async function claimOne(
  work: Work,
  settlement: LockedSettlement,
  { batch, channelCode }: { batch: () => Promise<string>; channelCode?: string | undefined },
): Promise<string | undefined> {
  const { id, code, netIdr, payouts } = settlement
  try {
    await requireUnpaid(work, settlement)
    const destination = await destinationOf(work, settlement)
    if (channelCode && destination.channelCode !== channelCode.toUpperCase()) return 'another channel'
    if (await hasChanged(work, settlement)) {
      await holdLocked(work, settlement, 'plan_changed')
      return settlementErrors.plan_changed().code
    }
    const batchId = await batch()
    const key = `${code}-${payouts + 1}`
    const payoutId = await addTransfer(work, {
      batchId,
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
      command: 'settle export',
      subject: ['settlement', id],
      before: { status: settlement.status },
      after: { payout: key, netIdr, batchId },
    })
    return undefined
  } catch (error) {
    if (error instanceof DomainError) return error.code
    throw error
  }
}
