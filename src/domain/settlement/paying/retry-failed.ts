import { type RawBuilder, sql } from 'kysely'
import {
  type Actor,
  DomainError,
  moveState,
  secondsAfter,
  type UnitOfWork,
  type Work,
} from '../../kernel/index.ts'
import { allOrEach, endAttention, setAside } from '../../ops/index.ts'
import { requireFit } from '../../payout/index.ts'
import { holdLocked, requireUnpaid } from '../approval/hold.ts'
import { hasChanged } from '../calculation/calculate.ts'
import { type LockedSettlement, lockSettlement, settlementEventPayload } from '../lock.ts'
import { settlementMachine } from '../transitions.ts'
import { destinationOf, payLocked } from './pay.ts'
import { reportUnpaid } from './report-unpaid.ts'

const BATCH_SIZE = 20

/**
 * True when a failed settlement is due to be paid again. The index `settlements_retry_due` makes the query
 * fast.
 */
export const retriesDue = (now: Date): RawBuilder<boolean> =>
  sql<boolean>`exists (select from settlements where retry_at <= ${now})`

/**
 * Pays settlements again if their payout failed for a temporary reason (`retryAfterFailure`). Each is paid in
 * its own transaction, and needs no new approval. A settlement whose plan (the lines and their amounts)
 * changed is put on hold. If a settlement cannot be paid (its factory is suspended, for example), an
 * attention item is raised.
 */
export async function retryFailed(context: { unitOfWork: UnitOfWork; actor: Actor }): Promise<void> {
  const { unitOfWork, actor } = context
  const due = await unitOfWork.run(actor, async ({ tx, now }) => {
    const { rows } = await sql<{ id: string }>`
      select id from settlements where retry_at <= ${now} order by retry_at limit ${BATCH_SIZE}`.execute(tx)
    return rows
  })
  for (const { id } of due) {
    await allOrEach(
      [id],
      () => unitOfWork.run(actor, (work) => payAgain(work, id)),
      (text, error) => setAside(context, text, error, putOff),
    )
  }
}

/**
 * The delay (s) of a settlement's payment after an attempt to pay it threw an error. During the delay other
 * settlements are paid, because this one may throw again.
 */
const SET_ASIDE_S = 3600

async function putOff({ tx, now }: Work, id: string) {
  const { rows } = await sql<{ code: string }>`
    update settlements set retry_at = case when retry_at is null then null else ${secondsAfter(now, SET_ASIDE_S)}::timestamptz end
    where id = ${id} returning code`.execute(tx)
  const code = rows[0]?.code ?? id
  return {
    subject: ['settlement', id] as [string, string],
    message: `${code} could not be paid again automatically; laku tries again in an hour`,
    command: `laku settle show ${code}`,
  }
}

async function payAgain(work: Work, id: string): Promise<void> {
  const settlement = await lockSettlement(work.tx, id)
  const { rows } = await sql`
    update settlements set retry_at = null where id = ${id} and retry_at <= ${work.now} returning id`.execute(
    work.tx,
  )
  if (rows.length === 0 || settlement.status !== 'failed') return
  const hindrance = await hindranceOf(work, settlement)
  if (hindrance) return reportUnpaid(work, settlement, hindrance)
  const set = { statusReason: null, updatedAt: work.now }
  await moveState(work, settlementMachine, { to: 'approved', from: 'failed', ids: [id], set, all: true })
  const payload = settlementEventPayload(settlement)
  work.emit({ type: 'settlement.approved', aggregate: ['settlement', id], payload })
  await endAttention(work, 'settlement_unpaid', id, 'it is paid again')
  const approved: LockedSettlement = { ...settlement, status: 'approved' }
  if (await hasChanged(work, approved)) await holdLocked(work, approved, 'plan_changed')
  else await payLocked(work, settlement, 'settle retry')
}

/**
 * Returns the message of the error because of which a settlement cannot be paid now; undefined if it can be
 * paid.
 */
async function hindranceOf(work: Work, settlement: LockedSettlement): Promise<string | undefined> {
  try {
    await requireUnpaid(work, settlement)
    await requireFit(work.tx, await destinationOf(work, settlement), settlement.netIdr)
    return undefined
  } catch (error) {
    if (error instanceof DomainError) return error.message
    throw error
  }
}
