import { newId, type Rupiah, requireStaff, sumIdr, type Work } from '../../kernel/index.ts'
import { credit, debit, listEntries, post } from '../../ledger/index.ts'
import {
  claimBankReference,
  freeBankReference,
  holderOfReference,
  lockReference,
} from '../../payout/index.ts'
import { logisticsErrors } from '../errors.ts'

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
      limit: MAX_ENTRIES,
    })
    if (sumIdr(entries.map((entry) => entry.amountIdr)) === amountIdr) return false
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

/**
 * Corrects the amount of a transfer to the courier deposit that was booked with a mistyped one. Posts the
 * difference to the right amount. With the amount 0, the transfer was never sent, and its reference can be
 * used again. Returns the amount that was booked before.
 * @throws logistics.deposit_unknown, kernel.forbidden
 */
export async function correctDeposit(
  work: Work,
  { amountIdr, reference }: { amountIdr: Rupiah; reference: string },
): Promise<Rupiah> {
  requireStaff(work.actor, 'finance')
  const id = await lockDeposit(work, reference)
  const booked = await listEntries(work.tx, { account: 'courier-deposit', subjectId: id, limit: MAX_ENTRIES })
  const wasIdr = sumIdr(booked.map((entry) => entry.amountIdr))
  const changeIdr = amountIdr - wasIdr
  if (amountIdr === 0) await freeBankReference(work, reference)
  if (changeIdr === 0) return wasIdr
  const idr = Math.abs(changeIdr)
  const [to, from] =
    changeIdr > 0 ? (['courier-deposit', 'bank'] as const) : (['bank', 'courier-deposit'] as const)
  await post(work, [
    {
      key: `courier-deposit:${id}:corrected:${booked.length}`,
      kind: 'courier_deposit_topped_up',
      subject: ['courier_deposit', id],
      entries: [debit(to, idr), credit(from, idr)],
    },
  ])
  // The sum of these audit entries is compared with the ledger. So this entry has the difference.
  work.audit({
    command: 'shipments top-up',
    subject: ['courier_deposit', id],
    before: { amountIdr: wasIdr },
    after: { amountIdr: changeIdr, rightIdr: amountIdr, reference },
  })
  return wasIdr
}

/** The maximum number of corrections that are read for one transfer into the courier's deposit. */
const MAX_ENTRIES = 100

/** Locks the bank reference of a transfer to the courier deposit. Returns the transfer's id. */
async function lockDeposit(work: Work, reference: string): Promise<string> {
  const holder = await lockReference(work.tx, reference)
  if (holder?.subjectKind !== 'courier_deposit') throw logisticsErrors.deposit_unknown({ reference })
  return holder.subjectId
}
