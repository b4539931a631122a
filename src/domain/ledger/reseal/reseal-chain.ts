import { sql } from 'kysely'
import { asRecords, type Tx, type Vault } from '../../kernel/index.ts'
import { headHolds, linkColumns, resealedHeadOf, type WrittenLink } from '../chain/link.ts'
import type { Resealed } from './reseal-postings.ts'

const PAGE = 1_000

interface LinkBehind extends WrittenLink {
  previousHead: string
  reseal: string | null
}

/**
 * Seals pages of the ledger's chain again under the current key. Before that, it checks that each page fits
 * the page before it.
 */
export async function resealChain({ tx, vault }: { tx: Tx; vault: Vault }, after = '0'): Promise<Resealed> {
  const { rows } = await sql<LinkBehind>`
    select ${linkColumns}, coalesce(p.head, '') as previous_head, r.head as reseal
    from ledger_chain c left join ledger_chain p on p.page = c.page - 1 left join ledger_chain_reseals r on r.page = c.page
    where c.page > ${after}::bigint and split_part(coalesce(r.head, c.head), '.', 1) <> ${vault.seals.keyId}
    order by c.page limit ${PAGE}`.execute(tx)
  const left: string[] = []
  const fresh: { page: number; head: string }[] = []
  for (const { previousHead, reseal, ...link } of rows) {
    if (headHolds(vault, previousHead, link, reseal))
      fresh.push({ page: link.page, head: resealedHeadOf(vault, previousHead, link) })
    else
      left.push(
        `page ${link.page} of the chain does not follow from the page before it, or no key is given for it`,
      )
  }
  if (fresh.length > 0) {
    await sql`
      insert into ledger_chain_reseals (page, head)
      select page, head from jsonb_to_recordset(${asRecords(fresh)}::jsonb) as f(page bigint, head text)
      on conflict (page) do update set head = excluded.head`.execute(tx)
  }
  const last = rows.at(-1)
  return { after: rows.length < PAGE || !last ? undefined : String(last.page), resealed: fresh.length, left }
}
