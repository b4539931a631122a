import { sql } from 'kysely'
import { inSql, type Rupiah, sumIdr, type Work } from '../../kernel/index.ts'
import { walletAccount } from '../../ledger/index.ts'
import { disposePartByFact, waitingSuspenseStates } from '../../suspense/index.ts'

/** Sums of one payment or quarantined sum that the provider refunded beyond what laku asked for. Rupiah. */
export interface Surplus {
  /** The part that lies in suspense: nobody has decided about it yet. */
  waitsIdr: Rupiah
  /** The part that the company wrote off. The buyer keeps it. */
  writtenOffIdr: Rupiah
}

/**
 * The SQL for the suspense items of such money. Its owner is a payment or a quarantined sum of `owners`. The
 * items are about the owner itself, or about one of its refunds. What came back to laku is not counted: it
 * waits for the buyer.
 */
const surplusOf = (owners: readonly string[]) => sql`
  select s.owner, i.id, i.amount_idr, i.status
  from (
    select o as owner, o as subject from unnest(${owners}::uuid[]) o
    union all select payment_id, id from refunds where payment_id = any(${owners}::uuid[])
    union all select payment_id, id from quarantined_money where payment_id = any(${owners}::uuid[])
  ) s
  join suspense_items i on i.subject_id = s.subject and i.kind = 'refund' and i.amount_idr > 0`

/**
 * Returns, for payments and quarantined sums, what the provider refunded beyond what laku asked for. Those
 * without such money are left out. The caller has locked their rows.
 */
export async function readSurplus(work: Work, owners: Iterable<string>): Promise<Map<string, Surplus>> {
  const ids = [...new Set(owners)]
  if (ids.length === 0) return new Map()
  const { rows } = await sql<Surplus & { owner: string }>`
    select owner, coalesce(sum(amount_idr) filter (where status in ${inSql(waitingSuspenseStates)}), 0)::int8 as waits_idr,
      coalesce(sum(amount_idr) filter (where status = 'written_off'), 0)::int8 as written_off_idr
    from (${surplusOf(ids)}) i where status in ${inSql([...waitingSuspenseStates, 'written_off'])} group by owner`.execute(
    work.tx,
  )
  return new Map(rows.map(({ owner, ...surplus }) => [owner, surplus]))
}

/** Money of a payment or of a quarantined sum that has just gone into a wallet. */
export interface IntoWallet {
  /** The id of the payment or of the quarantined sum. */
  owner: string
  userId: string
  amountIdr: Rupiah
}

const WHY = 'more money of the same payment went back, and the buyer had this part already'

/**
 * Takes out of wallets again what the provider has already refunded of the same money, beyond what laku asked
 * for. Without this, the buyer would have that sum twice. The taken part leaves suspense. The caller has
 * posted the money into the wallets. Returns the sums taken, in the order of `given`.
 */
export async function takeSurplus(work: Work, given: readonly IntoWallet[]): Promise<Rupiah[]> {
  const owners = given.flatMap(({ owner, amountIdr }) => (amountIdr > 0 ? [owner] : []))
  const surplus = [...(await readSurplus(work, owners))].filter(([, { waitsIdr }]) => waitsIdr > 0)
  const taken = new Map<string, Rupiah>()
  for (const [owner] of surplus) taken.set(owner, await takeOf(work, owner, given))
  return given.map(({ owner, amountIdr }) => {
    const leftIdr = taken.get(owner) ?? 0
    const partIdr = Math.min(leftIdr, amountIdr)
    taken.set(owner, leftIdr - partIdr)
    return partIdr
  })
}

async function takeOf(work: Work, owner: string, given: readonly IntoWallet[]): Promise<Rupiah> {
  const into = given.filter((one) => one.owner === owner)
  const allIdr = sumIdr(into.map((one) => one.amountIdr))
  const userId = into[0]?.userId as string
  const { rows } = await sql<{ id: string }>`
    select id from (${surplusOf([owner])}) i where status in ${inSql(waitingSuspenseStates)} order by id`.execute(
    work.tx,
  )
  const place = { account: walletAccount(userId), dimensions: { userId } }
  let takenIdr = 0
  for (const { id } of rows) {
    if (takenIdr === allIdr) break
    takenIdr += await disposePartByFact(work, id, allIdr - takenIdr, { to: 'wallet', userId }, place, WHY)
  }
  return takenIdr
}
