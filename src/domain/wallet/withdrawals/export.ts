import { sql } from 'kysely'
import { actorLabel, moveState, personOf, requireStaff, type Work } from '../../kernel/index.ts'
import { type BankAccount, countUse, endAttention } from '../../ops/index.ts'
import { addTransfer, type Candidate, type Claimed, claimLine } from '../../payout/index.ts'
import { withdrawalMachine } from '../transitions.ts'
import { openDestination } from './destinations.ts'
import { withdrawalUse } from './hold.ts'
import { triesOf } from './tries.ts'
import { withdrawalEvent } from './views.ts'

interface Waiting {
  id: string
  code: string
  userId: string
  retryOf: string | null
  destinationId: string
  amountIdr: number
  feeIdr: number
  closesAccount: boolean
  channelCode: string
  accountNumber: string
  accountHolder: string
}

/**
 * Adds held withdrawals to a batch of bank transfers. These are the withdrawals that the provider cannot pay
 * (`byHand`). A withdrawal to a newly added bank account is left out, until withdrawals to that account are
 * allowed. Withdrawals of suspended users stay held. The person who exports the withdrawals approves them. If
 * a withdrawal cannot be added, it is left out and the reason is returned.
 * @throws kernel.forbidden
 */
export async function claimWithdrawalsForBank(
  work: Work,
  { batch, channelCode }: { batch: () => Promise<string>; channelCode?: string | undefined },
): Promise<Claimed> {
  requireStaff(work.actor, 'finance')
  const { rows } = await sql<Waiting>`
    select w.id, w.code, w.user_id, w.retry_of, w.destination_id, w.amount_idr, w.fee_idr, w.closes_account, d.channel_code, d.account_number,
      d.account_holder
    from withdrawals w join withdrawal_destinations d on d.id = w.destination_id join users u on u.id = w.user_id
    where w.status = 'held' and w.by_hand and greatest(d.usable_at, u.withdrawals_from) <= ${work.now} and u.status <> 'suspended'
      and ${channelCode ? sql`d.channel_code = ${channelCode.toUpperCase()}` : sql`true`}
    order by w.id for no key update of w`.execute(work.tx)
  const claimed: Claimed = { codes: [], leftOut: [] }
  for (const row of rows) {
    const why = await claimOne(work, row, batch)
    if (why === undefined) claimed.codes.push(row.code)
    else claimed.leftOut.push({ code: row.code, why })
  }
  return claimed
}

/**
 * Adds one withdrawal to the batch. Returns undefined on success; if the withdrawal is left out, returns the
 * reason.
 */
async function claimOne(work: Work, row: Waiting, batch: () => Promise<string>): Promise<string | undefined> {
  const { id, code } = row
  const command = `laku wallets withdrawals reject ${code}`
  const line: Candidate = { code, subject: ['withdrawal', id], command }
  const readable = await claimLine(work, line, async () => openDestination(work.vault, row))
  if ('why' in readable) return readable.why
  const to = { batchId: await batch(), destination: readable.done }
  const added = await claimLine(work, line, () => addLine(work, row, to))
  return 'why' in added ? added.why : undefined
}

async function addLine(
  work: Work,
  row: Waiting,
  { batchId, destination }: { batchId: string; destination: BankAccount },
): Promise<void> {
  const { id, code, amountIdr } = row
  await countUse(work, await withdrawalUse(work, row), personOf(work.actor))
  const set = { decidedBy: actorLabel(work.actor), dueAt: null }
  await moveState(work, withdrawalMachine, { to: 'approved', from: 'held', ids: [id], all: true, set })
  work.emit(withdrawalEvent(row, 'held', 'approved', true))
  const key = `${code}-1`
  const tries = await triesOf(work.tx, id)
  await addTransfer(work, {
    batchId,
    key,
    purpose: 'withdrawal',
    subjectId: id,
    earlierSubjectId: row.retryOf === null ? null : tries[0],
    tries,
    owner: { userId: row.userId },
    destination,
    amountIdr,
    description: `Laku ${code}`,
  })
  await endAttention(work, 'withdrawal_by_hand', id, 'it is in a batch for the bank')
  work.audit({
    command: 'settle export',
    subject: ['withdrawal', id],
    before: { status: 'held' },
    after: { status: 'approved', payout: key, batchId },
  })
}
