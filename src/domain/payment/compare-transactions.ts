import { sql } from 'kysely'
import { asRecords, type Rupiah, type Tx } from '../kernel/index.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'
import type { Difference } from './reconcile-gateway.ts'

interface Ours {
  id: string
  /** What our gateway account gained by it; null where nothing of ours knows it. */
  amountIdr: Rupiah | null
  feeIdr: Rupiah
}

/** Holds lines of the provider's book against our postings of them. */
export async function compareTransactions(
  tx: Tx,
  transactions: readonly GatewayTransaction[],
): Promise<Difference[]> {
  const ours = new Map((await oursOf(tx, transactions)).map((one) => [one.id, one]))
  return transactions.flatMap((one) => differencesOf(one, ours.get(one.id)))
}

function differencesOf(one: GatewayTransaction, ours: Ours | undefined): Difference[] {
  const { id: transactionId, type, referenceId: reference, status, moneyIn, amountIdr } = one
  const about = { type, transactionId, reference }
  const movedIdr = status === 'SUCCESS' ? amountIdr : 0
  const theirsIdr = moneyIn ? movedIdr : -movedIdr
  const oursIdr = ours?.amountIdr ?? 0
  const found: Difference[] = []
  if (oursIdr !== theirsIdr) {
    const kind = oursIdr === 0 ? 'missing_here' : theirsIdr === 0 ? 'missing_there' : 'amount'
    found.push({ kind, ...about, oursIdr, theirsIdr })
  }
  const feeIdr = one.feeStatus === 'COMPLETED' ? one.feeIdr : 0
  const bookedIdr = ours?.feeIdr ?? 0
  if (feeIdr !== bookedIdr) found.push({ kind: 'fee', ...about, oursIdr: -bookedIdr, theirsIdr: -feeIdr })
  return found
}

/**
 * What our gateway account says of each line: an invoice by its payment's confirmation or its quarantine, a refund by its success, a payout
 * by where it stands (that its postings agree is checked with the withdrawals and settlements), everything else by its own key.
 */
async function oursOf(tx: Tx, transactions: readonly GatewayTransaction[]): Promise<Ours[]> {
  const lines = transactions.map(({ id, type, productId }) => ({ id, type, productId }))
  const { rows } = await sql<Ours>`
    with lines as (
      select * from jsonb_to_recordset(${asRecords(lines)}::jsonb) as l(id text, type text, product_id text)
    ), keys as (
      select l.id, 'payment:' || p.id || ':confirmed' as key, false as is_fee
      from lines l join payments p on p.provider_invoice_id = l.product_id where l.type = 'PAYMENT'
      union all
      select l.id, 'invoice:' || l.product_id || ':quarantined', false from lines l where l.type = 'PAYMENT'
      union all
      select l.id, 'refund:' || r.id || ':succeeded', false
      from lines l join refunds r on r.provider_refund_id = l.product_id where l.type = 'REFUND'
      union all
      select l.id, 'company-sweep:' || l.id, false from lines l where l.type not in ('PAYMENT', 'REFUND', 'DISBURSEMENT')
      union all
      select l.id, c.ledger_key || k.suffix, false
      from lines l join chargebacks c on c.provider_transaction_id = l.id cross join (values (''), (':corrected')) as k(suffix)
      union all
      select l.id, 'gateway-fee:' || l.id || k.suffix, true from lines l cross join (values (''), (':returned')) as k(suffix)
    ), posted as (
      select k.id, k.is_fee, sum(e.amount_idr) as amount_idr
      from keys k join ledger_transactions t on t.key = k.key join ledger_entries e on e.transaction_id = t.id
      where e.account_id = (select id from ledger_accounts where key = 'gateway')
      group by k.id, k.is_fee
    )
    select l.id, -coalesce(f.amount_idr, 0)::int8 as fee_idr,
      case when l.type = 'DISBURSEMENT' then (
        select case o.status when 'succeeded' then -o.amount_idr else 0 end from payouts o where o.provider_payout_id = l.product_id
      ) else m.amount_idr end::int8 as amount_idr
    from lines l
    left join posted m on m.id = l.id and not m.is_fee
    left join posted f on f.id = l.id and f.is_fee`.execute(tx)
  return rows
}

/** A posting of ours on the gateway account. */
export interface BookLine {
  key: string
  kind: string
  amountIdr: Rupiah
  /** The provider's id of what it is of; null where it is not known. */
  providerId: string | null
}

const LINES = 100_000

/** Our postings on the gateway account between two instants, oldest first, with the provider's id of what each is of. */
export async function linesOf(tx: Tx, since: Date | undefined, until: Date | undefined): Promise<BookLine[]> {
  const { rows } = await sql<BookLine>`
    select t.key, t.kind, e.amount_idr, case t.kind
        when 'payment.confirmed' then (select provider_invoice_id from payments where id = t.subject_id)
        when 'payment.quarantined' then split_part(t.key, ':', 2)
        when 'refund.succeeded' then (select provider_refund_id from refunds where id = t.subject_id)
        when 'gateway.fee' then split_part(t.key, ':', 2)
        when 'gateway.fee_returned' then split_part(t.key, ':', 2)
        when 'gateway.swept' then split_part(t.key, ':', 2)
        when 'payment.charged_back' then coalesce(
          (select provider_transaction_id from chargebacks where ledger_key = regexp_replace(t.key, ':corrected$', '')),
          split_part(t.key, ':', 2))
        else (select provider_payout_id from payouts where subject_id = t.subject_id and provider_payout_id is not null order by id desc limit 1)
      end as provider_id
    from ledger_entries e join ledger_transactions t on t.id = e.transaction_id
    where e.account_id = (select id from ledger_accounts where key = 'gateway')
      and ${since ? sql`t.occurred_at >= ${since}` : sql`true`} and ${until ? sql`t.occurred_at <= ${until}` : sql`true`}
    order by e.seq limit ${LINES}`.execute(tx)
  return rows
}
