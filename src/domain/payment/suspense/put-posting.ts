import { sql } from 'kysely'
import { type Rupiah, requireReason, requireStaff, type Work } from '../../kernel/index.ts'
import { putIntoSuspense, type SuspenseItem, showSuspense, suspenseErrors } from '../../suspense/index.ts'

/**
 * Lets staff move the money of a ledger posting into suspense. The posting is on the ledger's account for the
 * provider (`gateway`), but the provider's records lack it. Staff later dispose of the money in suspense.
 * Each posting can be moved only once.
 * @throws suspense.no_posting, suspense.known, kernel.reason_required, forbidden
 */
export async function putPosting(work: Work, key: string): Promise<SuspenseItem> {
  requireStaff(work.actor, 'finance')
  const note = requireReason(work)
  const { rows } = await sql<{ kind: string; subjectId: string; code: string; amountIdr: Rupiah }>`
    select t.kind, t.subject_id, e.amount_idr, coalesce(
      (select code from payments where id = t.subject_id), (select code from refunds where id = t.subject_id),
      (select key from payouts where subject_id = t.subject_id order by id desc limit 1), t.key) as code
    from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
    where t.key = ${key} and e.account_id = (select id from ledger_accounts where key = 'gateway')`.execute(
    work.tx,
  )
  const [posting] = rows
  if (!posting) throw suspenseErrors.no_posting({ key })
  const { kind, code, amountIdr } = posting
  const id = await putIntoSuspense(work, {
    key: `posting:${key}`,
    code,
    kind: kind.startsWith('payment.') ? 'payment' : kind.startsWith('refund.') ? 'refund' : 'movement',
    amountIdr,
    why: `our ledger has ${kind}, but the provider does not: ${note}`,
  })
  if (!id) throw suspenseErrors.known({ key })
  work.audit({ command: 'suspense put', subject: ['suspense', id], after: { key, code, amountIdr } })
  return await showSuspense(work.tx, id)
}
