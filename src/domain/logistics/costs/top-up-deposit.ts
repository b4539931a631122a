import { newId, type Rupiah, requireStaff, type Work } from '../../kernel/index.ts'
import { credit, debit, post } from '../../ledger/index.ts'

/**
 * Books what the company's bank sent to the courier's deposit. The bank's reference says which transfer, so
 * that it is booked once: answers whether it was booked now.
 * @throws ledger.key_reused where the same reference stands for another amount, kernel.forbidden
 */
export async function topUpDeposit(
  work: Work,
  { amountIdr, reference }: { amountIdr: Rupiah; reference: string },
): Promise<boolean> {
  requireStaff(work.actor, 'finance')
  const id = newId()
  const posted = await post(work, [
    {
      key: `courier-deposit:${reference}`,
      kind: 'courier_deposit_topped_up',
      subject: ['courier_deposit', id],
      entries: [debit('courier-deposit', amountIdr), credit('bank', amountIdr)],
    },
  ])
  if (posted.size === 0) return false
  work.audit({
    command: 'shipments top-up',
    subject: ['courier_deposit', id],
    after: { amountIdr, reference },
  })
  return true
}
