import { sql } from 'kysely'
import { formatIdr, idOrCode, jakartaDate, kernelErrors, type Rupiah, type Tx } from '../kernel/index.ts'
import { describePostings, type Telling, type TellingOf } from '../ledger/index.ts'

/**
 * The explanation of where money is and how it got there: the object that was asked about, facts about it,
 * and every ledger posting behind it.
 */
export interface Explanation extends Telling {
  what: string
  id: string | null
  code: string | null
  /** The facts about the object that was asked about, one sentence each: its kind and its state. */
  facts: string[]
}

interface Found {
  what: string
  id: string
  code: string
  status: string
  amountIdr: Rupiah | null
  createdAt: Date
}

const AMOUNT = /^(rp\s*)?(\d{1,3}(\.\d{3})+|\d{1,15})$/i
const LINE = /^(ORD-[0-9A-Z-]+)\/(.+)$/i

/**
 * Explains the money of one object, with its ledger postings. The object is a session, payment, order,
 * refund, settlement, withdrawal or parcel, by id or code. Or it is an order line (its id, or order
 * code/SKU), an account by its key, or an amount in rupiah.
 * @throws kernel.nothing_to_explain where there is no such thing
 */
export async function explain(
  tx: Tx,
  asked: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<Explanation> {
  const text = asked.trim()
  if (AMOUNT.test(text)) return await explainAmount(tx, Number(text.replace(/\D/g, '')), page)
  const found = await find(tx, text)
  if (found) {
    const of = await tellingOf(tx, found)
    return { ...named(found), facts: await factsOf(tx, found), ...(await describePostings(tx, of, page)) }
  }
  const account = await tx
    .selectFrom('ledgerAccounts')
    .select('key')
    .where('key', '=', text)
    .executeTakeFirst()
  if (!account) throw kernelErrors.nothing_to_explain({ asked: text })
  const telling = await describePostings(tx, { account: text }, page)
  return { what: 'account', id: null, code: text, facts: [`Every posting on ${text}.`], ...telling }
}

const named = ({ what, id, code }: Found) => ({ what, id, code })

async function explainAmount(
  tx: Tx,
  amountIdr: Rupiah,
  page: { limit: number; cursor?: string | undefined },
): Promise<Explanation> {
  const { rows } = await sql<Found>`
    select 'payment' as what, id, code, status, amount_idr, created_at from payments where amount_idr = ${amountIdr}
    union all select 'order', id, code, status, total_idr, created_at from orders where total_idr = ${amountIdr}
    union all select 'refund', id, code, status, amount_idr, created_at from refunds where amount_idr = ${amountIdr}
    union all select 'settlement', id, code, status, net_idr, created_at from settlements where net_idr = ${amountIdr}
    union all select 'withdrawal', id, code, status, amount_idr, created_at from withdrawals where amount_idr = ${amountIdr}
    order by created_at desc limit 20`.execute(tx)
  const telling = await describePostings(tx, { amountIdr }, page)
  if (rows.length === 0 && telling.postings.length === 0)
    throw kernelErrors.nothing_to_explain({ asked: formatIdr(amountIdr) })
  const facts = rows.map((row) => `${sentence(row)}: laku ledger explain ${row.code}`)
  return { what: 'amount', id: null, code: formatIdr(amountIdr), facts, ...telling }
}

/** Finds the session, payment, order or other object with money that a code or UUID names. */
async function find(tx: Tx, text: string): Promise<Found | undefined> {
  const line = LINE.exec(text)
  const key = idOrCode(text)
  const is = 'id' in key ? sql`id = ${key.id}::uuid` : sql`code = ${key.code}`
  const item = line
    ? sql`o.code = ${line[1]?.toUpperCase()} and upper(i.sku) = upper(${line[2]})`
    : 'id' in key
      ? sql`i.id = ${key.id}::uuid`
      : sql`false`
  const { rows } = await sql<Found>`
    select 'session' as what, id, code, status, null::int8 as amount_idr, created_at from group_buying_sessions where ${is}
    union all select 'payment', id, code, status, amount_idr, created_at from payments where ${is}
    union all select 'order', id, code, status, total_idr, created_at from orders where ${is}
    union all select 'refund', id, code, status, amount_idr, created_at from refunds where ${is}
    union all select 'settlement', id, code, status, net_idr, created_at from settlements where ${is}
    union all select 'withdrawal', id, code, status, amount_idr, created_at from withdrawals where ${is}
    union all select 'parcel', id, code, status, fee_idr, created_at from shipments where ${is}
    union all select 'order line', i.id, o.code || '/' || i.sku, o.status, i.total_idr, o.created_at
      from order_items i join orders o on o.id = i.order_id where ${item}
    union all select 'payment', p.id, p.code, p.status, p.amount_idr, p.created_at
      from payments p where ${'id' in key ? sql`p.participant_id = ${key.id}::uuid` : sql`false`}
    limit 1`.execute(tx)
  return rows[0]
}

/**
 * Selects the ledger postings that explain the money of an object: its own, and those of the objects that
 * belong to it.
 */
async function tellingOf(tx: Tx, { what, id }: Found): Promise<TellingOf> {
  if (what === 'order line') return { orderItemId: id }
  if (what === 'settlement') {
    const lines = await tx
      .selectFrom('settlementItems')
      .select('entrySeq')
      .where('settlementId', '=', id)
      .execute()
    return { subjectIds: [id], seqs: lines.map((line) => line.entrySeq) }
  }
  if (what === 'refund') {
    // A part of a refund may go to the buyer's wallet. This part is a refund of its own, without a ledger
    // posting of its own. It is included in the posting of the refund to the source of the payment
    // (`partOf`).
    const { partOf } = await tx
      .selectFrom('refunds')
      .select('partOf')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return { subjectIds: partOf ? [id, partOf] : [id] }
  }
  const payments = {
    session: sql`p.session_id = ${id}::uuid`,
    payment: sql`p.id = ${id}::uuid`,
    order: sql`(p.order_id = ${id}::uuid or p.participant_id = (select participant_id from orders where id = ${id}::uuid))`,
  }[what]
  if (!payments) return { subjectIds: [id] }
  const { rows } = await sql<{ id: string }>`
    with paid as (select p.id, p.order_id, p.participant_id from payments p where ${payments}),
    ordered as (
      select o.id from orders o join paid on o.id = paid.order_id
      union select o.id from orders o join paid on o.participant_id = paid.participant_id
    ),
    parcels as (select s.id from shipments s join ordered on s.order_id = ordered.id)
    select ${id}::uuid as id
    union select id from paid
    union select participant_id from paid where participant_id is not null
    union select id from ordered
    union select id from parcels
    union select r.id from refunds r join paid on paid.id = r.payment_id`.execute(tx)
  return { subjectIds: rows.map((row) => row.id) }
}

function sentence({ what, code, status, amountIdr, createdAt }: Found): string {
  const amount = amountIdr === null ? '' : ` of ${formatIdr(amountIdr)}`
  return `${code} is a ${what}${amount} of ${jakartaDate(createdAt)}, and is ${status.replaceAll('_', ' ')}`
}

async function factsOf(tx: Tx, found: Found): Promise<string[]> {
  const facts = [`${sentence(found)}.`]
  if (found.what === 'session') {
    const { rows } = await sql<{ status: string; count: number; amountIdr: Rupiah }>`
      select status, count(*)::int as count, sum(amount_idr)::int8 as amount_idr from payments
      where session_id = ${found.id}::uuid group by status order by status`.execute(tx)
    for (const { status, count, amountIdr } of rows)
      facts.push(`${count} payments of together ${formatIdr(amountIdr)} are ${status.replaceAll('_', ' ')}.`)
  }
  if (found.what === 'payment') {
    const { walletIdr, amountIdr } = await tx
      .selectFrom('payments')
      .select(['walletIdr', 'amountIdr'])
      .where('id', '=', found.id)
      .executeTakeFirstOrThrow()
    if (walletIdr > 0 && walletIdr < amountIdr)
      facts.push(
        `The wallet pays ${formatIdr(walletIdr)} of it, and an invoice ${formatIdr(amountIdr - walletIdr)}.`,
      )
  }
  if (found.what === 'order line') {
    const { rows } = await sql<{ kind: string; netIdr: Rupiah; code: string | null }>`
      select i.kind, i.net_idr, s.code from settlement_items i left join settlements s on s.id = i.settlement_id
      where i.order_item_id = ${found.id}::uuid order by i.entry_seq`.execute(tx)
    for (const { kind, netIdr, code } of rows)
      facts.push(
        `Its ${kind} of ${formatIdr(netIdr)} for the factory is ${code ? `in ${code}` : 'not settled yet'}.`,
      )
  }
  if (found.what === 'settlement') {
    const row = await tx
      .selectFrom('settlements')
      .select(['items', 'grossIdr', 'commissionIdr', 'refundsIdr', 'adjustmentsIdr', 'netIdr'])
      .where('id', '=', found.id)
      .executeTakeFirstOrThrow()
    facts.push(
      `${row.items} lines: goods ${formatIdr(row.grossIdr)} - commission ${formatIdr(row.commissionIdr)} - refunds ${formatIdr(row.refundsIdr)} + adjustments ${formatIdr(row.adjustmentsIdr)} = ${formatIdr(row.netIdr)}.`,
    )
  }
  return facts
}
