import { newId, type Rupiah, requireStaff, type Work } from '../../kernel/index.ts'
import { credit, debit, listEntries, post } from '../../ledger/index.ts'
import { claimBankReference, holderOfReference } from '../../payout/index.ts'

/**
 * Posts a transfer from the company's bank account to the courier deposit. Each transfer is posted only once,
 * because laku remembers the bank's reference of the transfer. The spelling of that reference does not
 * matter. Returns true if this call posted the transfer.
 * @throws payout.reference_used where it stands for something else or another amount, reference_invalid,
 * kernel.forbidden
 */
export async function topUpDeposit(
  work: Work,
  { amountIdr, reference }: { amountIdr: Rupiah; reference: string },
): Promise<boolean> {
  requireStaff(work.actor, 'finance')
  const holder = await holderOfReference(work.tx, reference)
  if (holder?.subjectKind === 'courier_deposit') {
    const entries = await listEntries(work.tx, {
      account: 'courier-deposit',
      subjectId: holder.subjectId,
      limit: 1,
    })
    if (entries[0]?.amountIdr === amountIdr) return false
  }
  const id = newId()
  await claimBankReference(work, reference, ['courier_deposit', id])
  await post(work, [
    {
      key: `courier-deposit:${id}`,
      kind: 'courier_deposit_topped_up',
      subject: ['courier_deposit', id],
      entries: [debit('courier-deposit', amountIdr), credit('bank', amountIdr)],
    },
  ])
  work.audit({
    command: 'shipments top-up',
    subject: ['courier_deposit', id],
    after: { amountIdr, reference },
  })
  return true
}
