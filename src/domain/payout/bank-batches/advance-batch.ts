import { sql } from 'kysely'
import {
  finalStates,
  identityOf,
  lockRows,
  moveState,
  personOf,
  type Rupiah,
  requireKnownDatabase,
  requireReason,
  requireStaff,
  requireTransition,
  type Work,
} from '../../kernel/index.ts'
import { endAttention, requireSecondPerson } from '../../ops/index.ts'
import { putIntoSuspense } from '../../suspense/index.ts'
import { payoutErrors } from '../errors.ts'
import { payoutEventPayload, payoutMoves } from '../outcomes/payout-event.ts'
import { promoteSetAside, revivePayout, suspendArrived } from '../outcomes/revive.ts'
import { lockPayouts, ownerOf, withdrawalsOf } from '../payouts/lock.ts'
import {
  type BankBatchStatus,
  bankBatchMachine,
  bankBatchTransitions,
  payoutMachine,
} from '../transitions.ts'
import { claimBankReference } from './claim-reference.ts'
import { BANK_REJECTED, type ItsBatch, type Returned, receiverOf, takeReturned } from './count-returned.ts'
import { requireBankFiles } from './lost-files.ts'
import {
  type BankFile,
  type BatchDetail,
  batchNamed,
  showBatch,
  subjectCode,
  transfersOf,
} from './read-batches.ts'

/** The failure code of a payout whose batch of bank transfers was cancelled. */
export const BATCH_CANCELLED = 'BATCH_CANCELLED'

interface Line extends Returned {
  key: string
  code: string
  turns: number
  setAside: boolean
}

interface LockedBatch extends ItsBatch {
  number: number
  status: BankBatchStatus
  isAdopted: boolean
  lines: Line[]
}

/**
 * Locks a batch of bank transfers after its payouts, in the same order as all code that settles payouts.
 * @throws payout.batch_not_found
 */
async function lockBatch(work: Work, named: string): Promise<LockedBatch> {
  const found = await sql<{ id: string }>`select id from bank_batches b where ${batchNamed(named)}`.execute(
    work.tx,
  )
  const id = found.rows[0]?.id
  if (!id) throw payoutErrors.batch_not_found({ batch: named })
  const { rows } = await sql<Omit<Line, 'code'>>`
    select id, key, purpose, subject_id, user_id, factory_id, amount_idr, status, turns, set_aside, in_file from payouts where batch_id = ${id}
    order by id for no key update`.execute(work.tx)
  const batches = await sql<Omit<LockedBatch, 'lines'>>`
    select id, number::int8 as number, status, handed_out_by, taken_by, is_adopted from bank_batches where id = ${id} for no key update`.execute(
    work.tx,
  )
  const [batch] = batches.rows
  if (!batch) throw payoutErrors.batch_not_found({ batch: named })
  return { ...batch, lines: rows.map((row) => ({ ...row, code: subjectCode(row.key) })) }
}

/**
 * Hands out the file of a batch of bank transfers: from now on the bank may have it. A second call returns
 * the same lines, without those that the bank has decided.
 * @throws payout.batch_not_found, batch_adopted, lost_files_open, kernel.illegal_transition, kernel.forbidden
 */
export async function handOutBatch(work: Work, named: string): Promise<BankFile> {
  requireStaff(work.actor, 'finance')
  const { id, number, status, isAdopted } = await lockBatch(work, named)
  // An adopted batch was taken over after a database restore, from a file that a person wrote. That person
  // must not be able to make a file for the bank. So no new file is made from the batch.
  if (isAdopted) throw payoutErrors.batch_adopted({ batch: number })
  const set = {
    handedOutBy: sql`coalesce(t.handed_out_by, ${personOf(work.actor)})`,
    handedOutAt: sql`coalesce(t.handed_out_at, ${work.now})`,
  }
  if (status !== 'handed_out') requireTransition(bankBatchTransitions, status, 'handed_out', 'bank batch')
  if (status === 'made') {
    // If the database was restored, the bank may already have this batch's file. That is so if the file went
    // to the bank after the backup was made.
    await requireKnownDatabase(work.tx)
    await requireBankFiles(work.tx)
    await moveState(work, bankBatchMachine, { to: 'handed_out', ids: [id], set, all: true })
  }
  await sql`
    update bank_batches set taken_by = array_append(taken_by, ${personOf(work.actor)})
    where id = ${id} and not (${personOf(work.actor)} = any(taken_by))`.execute(work.tx)
  work.audit({
    command: 'settle batches file',
    subject: ['bank_batch', id],
    before: { status },
    after: { status: 'handed_out' },
  })
  return await transfersOf(work, id)
}

/** The bank's outcome for one line (a transfer) of a batch of bank transfers. */
export interface BankWord {
  /** The code of the settlement or withdrawal that the line pays, in upper or lower case. */
  code: string
  verdict: 'paid' | 'rejected'
  reference?: string | undefined
  /** The line's amount on the bank statement. If it differs from laku's amount, the outcome is refused. */
  amountIdr?: Rupiah | undefined
}

/**
 * Books the bank's outcome for lines (transfers) of a batch. If one line is refused, nothing is booked. A
 * line is either paid, under a bank reference that nothing else has, or rejected. A line that was paid and
 * sent back counts as rejected. A line that the bank pays after a rejection or cancellation counts as paid.
 * If another payout has paid the line's settlement or withdrawal meanwhile, the line's money goes into the
 * suspense account (unexplained money). Without `words` (the outcomes of single lines), all open lines of the
 * file are booked as paid, under one reference. A line that was left out of the file stays open. Who may say
 * that the bank rejected a line or sent it back: `takeReturned`.
 * @throws payout.batch_not_found, no_line_in_file, line_not_in_batch, line_decided, amount_differs,
 * reference_needed, reference_used, reference_invalid,
 *   kernel.second_person_needed, approver_not_independent, kernel.illegal_transition, kernel.forbidden
 */
export async function confirmBatch(
  work: Work,
  input: { batch: string; reference?: string | undefined; words?: readonly BankWord[] | undefined },
): Promise<BatchDetail> {
  requireStaff(work.actor, 'finance')
  const batch = await lockBatch(work, input.batch)
  // The bank may change a line's outcome after the batch is finished: it sends the money back, or pays after
  // all. So outcomes of single lines are still booked. But one bank reference for all open lines is refused,
  // because no line is open any more.
  const isOver = finalStates(bankBatchTransitions).includes(batch.status) && input.words !== undefined
  if (!isOver) requireTransition(bankBatchTransitions, batch.status, 'done', 'bank batch')
  await lockPaid(work, batch.lines)
  const inFile = batch.lines.filter((line) => line.status === 'submitted' && line.inFile)
  // A reference that confirms no line would be used up, and refused for the batch that has it.
  if (!input.words && inFile.length === 0) {
    const open = batch.lines.filter((line) => line.status === 'submitted')
    const leftOut = open.map((line) => line.code)
    throw payoutErrors.no_line_in_file({ batch: batch.number, leftOut })
  }
  if (input.reference) await claimBankReference(work, input.reference, ['bank_batch', batch.id])
  const words = input.words ?? inFile.map(({ code }): BankWord => ({ code, verdict: 'paid' }))
  const paid: Line[] = []
  const failed: Line[] = []
  const returned: Line[] = []
  const arrived: Line[] = []
  const heard = new Set<string>()
  for (const word of words) {
    const line = lineOf(batch, word)
    if (heard.has(line.id)) throw payoutErrors.line_decided({ code: line.code, status: 'twice' })
    heard.add(line.id)
    if (word.verdict === 'paid') {
      if (line.status === 'succeeded')
        throw payoutErrors.line_decided({ code: line.code, status: line.status })
      if (word.reference)
        await claimBankReference(work, word.reference, ['payout', line.id], hadBy(batch, line))
      else if (!input.reference) throw payoutErrors.reference_needed({ code: line.code })
      ;(line.status === 'submitted' ? paid : arrived).push(line)
    } else if (line.status === 'submitted') failed.push(line)
    else if (line.status === 'succeeded') returned.push(line)
    else throw payoutErrors.line_decided({ code: line.code, status: line.status })
  }
  // The limits are locked after all rows, and in one order of receivers, so that nobody waits in a circle.
  const byReceiver = (a: Line, b: Line) => receiverOf(a).localeCompare(receiverOf(b))
  for (const line of [...failed, ...returned].sort(byReceiver)) await takeReturned(work, batch, line)
  await move(work, paid, 'succeeded')
  await move(work, failed, 'failed', BANK_REJECTED)
  await takeBack(work, returned)
  for (const line of arrived) await takeArrived(work, line)
  for (const line of [...failed, ...returned]) await takeOther(work, line)
  const open = batch.lines.filter((line) => line.status === 'submitted' && !heard.has(line.id))
  if (open.length === 0 && batch.status === 'handed_out') await finish(work, batch, 'done', {})
  const codes = (lines: Line[]) => lines.map((line) => line.code)
  work.audit({
    command: 'settle batches confirm',
    subject: ['bank_batch', batch.id],
    before: { status: batch.status },
    after: {
      paid: codes([...paid, ...arrived]),
      rejected: codes([...failed, ...returned]),
      stillOpen: open.length,
    },
  })
  return await showBatch(work, batch.id)
}

/**
 * Locks the withdrawals that these lines pay, all other tries of these withdrawals with their payouts, and
 * their wallets. They are locked before any limit, as in all other code: a transfer that arrives after all
 * takes back each other try (`reviveWithdrawals`).
 */
async function lockPaid(work: Work, lines: readonly Line[]): Promise<void> {
  const wishes = await withdrawalsOf(work.tx, lines)
  await lockRows(work.tx, { payout: { subjectId: wishes.withdrawal.id }, ...wishes })
}

/**
 * Returns the objects whose bank reference a line may give: those under whose reference the line was recorded
 * as paid before.
 */
const hadBy = (batch: LockedBatch, { id, status }: Line): [string, string][] =>
  status === 'reversed'
    ? [
        ['payout', id],
        ['bank_batch', batch.id],
      ]
    : []

function lineOf({ number, lines }: LockedBatch, { code, amountIdr }: BankWord): Line {
  const line = lines.find((line) => line.code === identityOf(code))
  if (!line) throw payoutErrors.line_not_in_batch({ code, batch: number })
  if (amountIdr !== undefined && amountIdr !== line.amountIdr) {
    throw payoutErrors.amount_differs({ code, amountIdr, oursIdr: line.amountIdr })
  }
  return line
}

/**
 * Cancels a batch of which the bank has decided no line, so that all its settlements and withdrawals may be
 * paid again. If the batch's file was handed out, the bank may have it. So somebody who never took the file
 * must cancel the batch.
 * @throws payout.batch_not_found, batch_begun, batch_same_person, kernel.approver_not_independent,
 * reason_required, illegal_transition, forbidden
 */
export async function cancelBatch(
  work: Work,
  input: { batch: string; reason?: string | undefined },
): Promise<BatchDetail> {
  requireStaff(work.actor, 'finance')
  const reason = requireReason(work, input.reason)
  const batch = await lockBatch(work, input.batch)
  requireTransition(bankBatchTransitions, batch.status, 'cancelled', 'bank batch')
  const begun = batch.lines.filter((line) => line.status !== 'submitted')
  if (begun.length > 0)
    throw payoutErrors.batch_begun({ batch: batch.number, decided: begun.map((line) => line.code) })
  if (batch.status === 'made') await requireBankFiles(work.tx)
  for (const taker of new Set([...(batch.handedOutBy ? [batch.handedOutBy] : []), ...batch.takenBy])) {
    await requireSecondPerson(work, taker, () => payoutErrors.batch_same_person({ batch: batch.number }))
  }
  await move(work, batch.lines, 'failed', BATCH_CANCELLED)
  await finish(work, batch, 'cancelled', { cancelledBy: personOf(work.actor), statusReason: reason })
  work.audit({
    command: 'settle batches cancel',
    subject: ['bank_batch', batch.id],
    before: { status: batch.status },
    after: { status: 'cancelled', reason },
  })
  return await showBatch(work, batch.id)
}

/**
 * Books the return of lines (transfers) that the bank had paid and then sent back. If a line's money was in
 * the suspense account (unexplained money), the returned money goes there too, so that the two sums cancel
 * out.
 */
async function takeBack(work: Work, returned: readonly Line[]): Promise<void> {
  const own = returned.filter((line) => !line.setAside)
  await move(work, own, 'reversed', BANK_REJECTED)
  for (const line of returned) {
    if (!line.setAside) continue
    const { id, turns, amountIdr } = line
    await moveState(work, payoutMachine, {
      to: 'reversed',
      ids: [id],
      set: { setAside: false, finishedAt: work.now, failureCode: BANK_REJECTED },
      all: true,
    })
    const back = {
      key: `payout:${id}:came-back:${turns}`,
      code: line.key,
      kind: 'payout',
      account: 'bank',
    } as const
    const why = 'the bank sent back what it had paid beside another payment'
    await putIntoSuspense(work, {
      ...back,
      subjectId: id,
      amountIdr: -amountIdr,
      why,
      ...ownerOf(line),
    })
  }
}

/** Books a line (a transfer) that was rejected or cancelled before, but that the bank has paid after all. */
async function takeArrived(work: Work, { id, subjectId }: Line): Promise<void> {
  await sql`update payouts set turns = turns + 1 where id = ${id}`.execute(work.tx)
  const payouts = await lockPayouts(work, { answers: [], ids: [id] })
  const payout = payouts.find((locked) => locked.id === id)
  if (!payout) throw new Error(`no payout ${id} of ${subjectId}`)
  if (!(await revivePayout(work, payouts, payout)))
    await suspendArrived(work, payout, 'the bank paid it after all, and another payment of the same is there')
}

/**
 * Handles a line (transfer) that the bank did not pay, or sent back. An older payout of the same settlement
 * or withdrawal may have arrived, and its money may be in the suspense account (unexplained money). Then that
 * older payout now pays the settlement or withdrawal.
 */
async function takeOther(work: Work, { id }: Line): Promise<void> {
  const payouts = await lockPayouts(work, { answers: [], ids: [id] })
  const gone = payouts.find((locked) => locked.id === id)
  if (gone && !gone.setAside) await promoteSetAside(work, payouts, gone)
}

async function finish(
  work: Work,
  { id }: LockedBatch,
  to: 'done' | 'cancelled',
  more: object,
): Promise<void> {
  const set = { finishedAt: work.now, remindAt: null, ...more }
  await moveState(work, bankBatchMachine, { to, ids: [id], set, all: true })
  await endAttention(work, 'bank_batch_unconfirmed', id, `it is ${to}`)
}

async function move(
  work: Work,
  lines: readonly Line[],
  to: 'succeeded' | 'failed' | 'reversed',
  failureCode: string | null = null,
): Promise<void> {
  const ids = lines.map((line) => line.id)
  await moveState(work, payoutMachine, { to, ids, all: true, set: { finishedAt: work.now, failureCode } })
  for (const line of lines) {
    const payload = payoutEventPayload({ ...line, route: 'bank' }, failureCode)
    work.emit({ type: payoutMoves[to], aggregate: ['payout', line.id], payload })
  }
}
