import {
  actorLabel,
  kernelErrors,
  moveState,
  requireReason,
  requireStaff,
  type Work,
} from '../kernel/index.ts'
import { post } from '../ledger/index.ts'
import { takeLimit, undoUse } from '../ops/index.ts'
import { type Place, postingsOf } from './dispose.ts'
import { type AskedDisposal, type SuspenseItem, showSuspense } from './list-suspense.ts'
import { lockItem } from './lock.ts'
import { requestDecision } from './put-into-suspense.ts'
import { disposals, suspenseMachine } from './transitions.ts'
import { undoneUseOf } from './use-of.ts'

/**
 * Takes a decision about money in suspense back, because the money was assigned wrongly. An opposite posting
 * moves the money back into suspense, where it waits for another decision. `place` returns where the money
 * was assigned, and its step `before` undoes what the decision changed there. The sum counts against the
 * limits of the person who takes the decision back, in place of the decision. Above the limit, a second
 * person must have allowed it.
 * @throws suspense.not_found, ambiguous, kernel.illegal_transition, second_person_needed, reason_required,
 * forbidden
 */
export async function undoDisposal(
  work: Work,
  text: string,
  place: (work: Work, item: SuspenseItem, asked: AskedDisposal) => Promise<Place>,
): Promise<SuspenseItem> {
  requireStaff(work.actor, 'finance')
  const note = requireReason(work)
  const item = await lockItem(work, text)
  const { id, code, status, amountIdr, asked, undos, decidedBy } = item
  if (!disposals.some((disposal) => disposal === status) || !asked)
    throw kernelErrors.illegal_transition({
      subject: 'suspense',
      code,
      from: status,
      to: 'open',
      needs: [...disposals],
    })
  const at = await place(work, item, asked)
  const use = await undoneUseOf(work, item, asked, at)
  await undoUse(work, 'suspense', [id])
  await takeLimit(work, use)
  await at.before?.(work, item)
  const usual = { key: `suspense:${id}:undone:${undos + 1}`, kind: 'suspense.undone' }
  await post(work, postingsOf(item, at, { ...usual, isBack: true }))
  const decision = { asked: null, askedBy: null, note: null, decidedBy: null, decidedAt: null, byFact: false }
  // The account to which the company's bank sent the money is forgotten with the decision.
  const set = { ...decision, sentChannel: null, sentNumber: null, undos: undos + 1 }
  await moveState(work, suspenseMachine, { to: 'open', ids: [id], set, all: true })
  requestDecision(work, {
    ...item,
    why: `${actorLabel(work.actor)} took back where it was assigned: ${note}`,
  })
  work.audit({
    command: 'suspense undo',
    subject: ['suspense', id],
    before: { status, asked, decidedBy },
    after: { status: 'open', code, amountIdr, account: at.account },
  })
  return await showSuspense(work.tx, id)
}
