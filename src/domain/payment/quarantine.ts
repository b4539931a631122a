import { type Rupiah, sumIdr, type Work } from '../kernel/index.ts'
import { credit, debit, post } from '../ledger/index.ts'

/** Money that came in and that nothing here expects. */
export interface StrayMoney {
  /** The ledger's key: of the payment, or of the provider's invoice where none of ours fits. */
  key: string
  /** What a person looks up: a payment, or the provider's invoice. */
  subject: [kind: string, id: string]
  /** The id of the nearest thing of ours, for the ledger. */
  subjectId: string
  amountIdr: Rupiah
  kind: 'payment_wrong_amount' | 'payment_paid_twice' | 'payment_unknown'
  message: string
  details: Record<string, unknown>
}

/**
 * Books stray money into quarantine, where it waits for staff, who are told of each once. Seen again it changes nothing.
 * Nothing is sent back by itself: only a person can tell a buyer's second payment from a provider's mistake.
 */
export async function quarantine(work: Work, strays: readonly StrayMoney[]): Promise<Rupiah> {
  const unique = [...new Map(strays.map((stray) => [stray.key, stray])).values()]
  const posted = await post(
    work,
    unique.map(({ key, subjectId, amountIdr }) => ({
      key,
      kind: 'payment.quarantined',
      subject: ['payment', subjectId],
      entries: [debit('gateway', amountIdr), credit('quarantine', amountIdr)],
    })),
  )
  const fresh = unique.filter((stray) => posted.has(stray.key))
  for (const { kind, subject, message, details, amountIdr } of fresh) {
    const command = 'laku payments quarantine list'
    work.raise({ kind, subject, message, command, details: { ...details, amountIdr } })
  }
  return sumIdr(fresh.map((stray) => stray.amountIdr))
}
