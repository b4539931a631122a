import { sql } from 'kysely'
import { type Rupiah, requireReason, requireStaff, type Work } from '../../kernel/index.ts'
import {
  putIntoSuspense,
  type SuspenseItem,
  type SuspenseKind,
  showSuspense,
  suspenseErrors,
} from '../../suspense/index.ts'

interface Posted {
  kind: string
  code: string
  amountIdr: Rupiah
  userId: string | null
  factoryId: string | null
}

const kindOf = (kind: string): SuspenseKind => {
  if (kind === 'payment.charged_back') return 'chargeback'
  return kind.startsWith('payment.') ? 'payment' : kind.startsWith('refund.') ? 'refund' : 'movement'
}

/**
 * Lets staff move the money of a ledger posting into the suspense account (unexplained money). The posting is
 * on the ledger's account for the provider (`gateway`), but the provider's records lack it. Staff later
 * decide where the money belongs. If the provider's own movement of it is in suspense already, the two clear
 * each other. Each posting can be moved only once.
 * @throws suspense.no_posting, suspense.known, kernel.reason_required, forbidden
 */
export async function putPosting(work: Work, key: string): Promise<SuspenseItem> {
  requireStaff(work.actor, 'finance')
  const note = requireReason(work)
  const { rows } = await sql<Posted>`
    select t.kind, e.amount_idr,
      coalesce(r.code, p.code, o.key, t.key) as code, coalesce(p.user_id, o.user_id) as user_id, o.factory_id
    from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
    left join refunds r on r.id = t.subject_id
    left join payments p on p.id in (t.subject_id, r.payment_id)
    left join lateral (
      select key, user_id, factory_id from payouts where subject_id = t.subject_id order by id desc limit 1
    ) o on true
    where t.key = ${key} and e.account_id = (select id from ledger_accounts where key = 'gateway')`.execute(
    work.tx,
  )
  const [posting] = rows
  if (!posting) throw suspenseErrors.no_posting({ key })
  const { kind, code, amountIdr, userId, factoryId } = posting
  const own = work.tx.selectFrom('suspenseItems').select('id').where('key', '=', `posting:${key}`)
  if (await own.executeTakeFirst()) throw suspenseErrors.known({ key })
  await putIntoSuspense(work, {
    key: `posting:${key}`,
    code,
    kind: kindOf(kind),
    amountIdr,
    userId,
    factoryId,
    why: `our ledger has ${kind}, but the provider does not: ${note}`,
  })
  // The item exists now, whether it waits for a decision or was cleared by an opposite one.
  const { id } = await own.executeTakeFirstOrThrow()
  work.audit({ command: 'suspense put', subject: ['suspense', id], after: { key, code, amountIdr } })
  return await showSuspense(work.tx, id)
}
