import { sql } from 'kysely'
import { type Rupiah, requireStaff, type Work } from '../../kernel/index.ts'
import { balanceIdr, credit, debit, post, walletAccount } from '../../ledger/index.ts'
import { endAttention, takeLimit } from '../../ops/index.ts'
import { lockWallets } from '../../wallet/index.ts'
import { paymentErrors } from '../errors.ts'
import { dimensionsOf } from '../escrow/funds.ts'
import { showPayment } from '../payments/list.ts'
import { lockPayments } from '../payments/lock.ts'
import { readGone } from './read-gone.ts'

export interface ClosedClaim {
  payment: string
  how: 'collected' | 'written_off'
  amountIdr: Rupiah
  /** The sum that the buyer still owes after `amountIdr` was collected or written off. */
  leftIdr: Rupiah
}

/**
 * Settles what a buyer owes because both the card issuer and laku gave back the same money. The sum is taken
 * from the buyer's wallet, as far as the wallet has it, or else written off. A write-off counts against the
 * limits of the person who decides and of the buyer. If it exceeds a limit, another person must allow it
 * beforehand.
 * @throws payment.not_found, no_claim, kernel.second_person_needed, kernel.forbidden
 */
export async function closeClaim(
  work: Work,
  input: { payment: string; how: ClosedClaim['how'] },
): Promise<ClosedClaim> {
  requireStaff(work.actor, 'finance')
  const { id, code } = await showPayment(work.tx, input.payment)
  const payment = (await lockPayments(work.tx, [id])).get(id)
  if (!payment) throw paymentErrors.not_found({ payment: input.payment })
  const owedIdr = (await readGone(work, [id])).get(id)?.claimedIdr ?? 0
  const wallet = walletAccount(payment.userId)
  await lockWallets(work, [payment.userId])
  const thereIdr = await balanceIdr(work.tx, wallet)
  const amountIdr = input.how === 'collected' ? Math.min(owedIdr, thereIdr) : owedIdr
  if (amountIdr <= 0) throw paymentErrors.no_claim({ payment: code, owedIdr, walletIdr: thereIdr })
  const from = input.how === 'collected' ? wallet : 'chargeback-loss'
  const dimensions = dimensionsOf(payment)
  const key = `payment:${id}:claim:${input.how}:${await closedSoFar(work, id)}`
  if (input.how === 'written_off')
    await takeLimit(work, {
      kind: 'write_off',
      subject: ['claim', key],
      clearedAs: id,
      receiver: `user:${payment.userId}`,
      amountIdr,
    })
  await post(work, [
    {
      key,
      kind: `payment.claim_${input.how}`,
      subject: ['payment', id],
      entries: [debit(from, amountIdr, dimensions), credit('buyer-claims', amountIdr, dimensions)],
    },
  ])
  const leftIdr = owedIdr - amountIdr
  if (leftIdr === 0) await endAttention(work, 'buyer_owes', id, input.how)
  work.audit({
    command: 'payments claim',
    subject: ['payment', id],
    before: { owedIdr },
    after: { [input.how]: amountIdr, leftIdr },
  })
  return { payment: code, how: input.how, amountIdr, leftIdr }
}

async function closedSoFar(work: Work, paymentId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ledger_transactions
    where subject_id = ${paymentId}::uuid and kind in ('payment.claim_collected', 'payment.claim_written_off')`.execute(
    work.tx,
  )
  return rows[0]?.count ?? 0
}
