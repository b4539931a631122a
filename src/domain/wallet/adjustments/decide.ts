import { sql } from 'kysely'
import {
  actorLabel,
  moveState,
  pageOf,
  personOf,
  requireStaff,
  requireTransition,
  type Work,
} from '../../kernel/index.ts'
import { countUse, requireSecondPerson, requireSeen } from '../../ops/index.ts'
import { concernsOf } from '../../user/index.ts'
import { walletErrors } from '../errors.ts'
import { walletAdjustmentMachine, walletAdjustmentTransitions } from '../transitions.ts'
import { type AdjustmentView, postAdjustment, requireUser, useOf } from './adjust.ts'

const columns = sql`id, user_id, change_idr, kind, status, note, requested_by, decided_by, created_at`

/**
 * Posts or rejects a requested wallet adjustment. The person who posts it must not be the one who requested
 * it. If the user or the person who asked changed meanwhile, the approver must have seen it (`seen`).
 * @throws wallet.adjustment_not_found, same_person, insufficient_balance, user_not_found,
 * kernel.approver_not_independent, changed_since_asked, option_not_taken,
 * kernel.illegal_transition, kernel.forbidden
 */
export async function decideAdjustment(
  work: Work,
  { id, decision, seen }: { id: string; decision: 'posted' | 'rejected'; seen?: boolean | undefined },
): Promise<AdjustmentView> {
  requireStaff(work.actor, 'finance')
  const { rows } = await sql<AdjustmentView>`
    select ${columns} from wallet_adjustments where id = ${id}::uuid for no key update`.execute(work.tx)
  const [adjustment] = rows
  if (!adjustment) throw walletErrors.adjustment_not_found({ id })
  requireTransition(walletAdjustmentTransitions, adjustment.status, decision, 'adjustment')
  const decidedBy = actorLabel(work.actor)
  if (decision === 'posted') {
    const { requestedBy: person, createdAt: askedAt, userId } = adjustment
    await requireSecondPerson(work, person, () => walletErrors.same_person({ decidedBy }))
    await requireUser(work, userId, adjustment.kind)
    await requireSeen(work, { askedBy: person, askedAt, changes: await concernsOf(work.tx, userId), seen })
    await countUse(work, { ...useOf(adjustment), person }, personOf(work.actor))
  }
  const set = { decidedBy, decidedAt: work.now }
  await moveState(work, walletAdjustmentMachine, { to: decision, ids: [id], set, all: true })
  if (decision === 'posted') await postAdjustment(work, adjustment)
  const command = `wallets adjustments ${decision === 'posted' ? 'approve' : 'reject'}`
  const { changeIdr, kind } = adjustment
  work.audit({
    command,
    subject: ['user', adjustment.userId],
    before: { adjustmentId: id, status: 'requested', changeIdr, kind },
    after: { status: decision },
  })
  return { ...adjustment, status: decision, decidedBy }
}

/**
 * Lists wallet adjustments, newest first, by keyset pages. Adjustments with the status `requested` wait for a
 * second approver. For staff.
 */
export async function listAdjustments(
  work: Pick<Work, 'tx'>,
  filter: {
    status?: string | undefined
    userId?: string | undefined
    limit: number
    cursor?: string | undefined
  },
): Promise<{ data: AdjustmentView[]; nextCursor: string | null }> {
  const { status, userId, limit, cursor } = filter
  const { rows } = await sql<AdjustmentView>`
    select ${columns} from wallet_adjustments
    where ${status ? sql`status = ${status}` : sql`true`} and ${userId ? sql`user_id = ${userId}::uuid` : sql`true`}
      and ${cursor ? sql`id < ${cursor}::uuid` : sql`true`}
    order by id desc limit ${limit + 1}`.execute(work.tx)
  return pageOf(rows, limit, (row) => row.id)
}
