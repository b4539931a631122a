import { type RawBuilder, sql } from 'kysely'
import type { Tx, Vault } from '../../kernel/index.ts'
import { keyIdOf } from '../seal.ts'

/**
 * A link of the ledger's chain: a page, or a declared break. The link's head is not a field here. The head is
 * the digest that connects the link to the previous page. The transaction numbers are PostgreSQL's own
 * (xid8).
 */
export interface ChainLink {
  page: number
  kind: 'page' | 'break'
  /** The id of the database cluster that gave the transaction numbers of this page. */
  systemId: string
  fromXid: string
  throughXid: string
  /**
   * The time of the last declared break of the chain. A page contains only postings recorded at or after this
   * time. A declared break contains all postings recorded before this time. It is a text in UTC, because a
   * JavaScript date would lose the microseconds.
   */
  recordedSince: string
  transactions: number
  digest: string
  declaredBy: string | null
  reason: string | null
}

export interface WrittenLink extends ChainLink {
  head: string
}

const PURPOSE = 'ledger.chain'
const RESEALED = 'ledger.chain.reseal'

function canonical(previousHead: string, link: ChainLink): string {
  const { page, kind, systemId, fromXid, throughXid, recordedSince, transactions, digest } = link
  const { declaredBy, reason } = link
  const said = [page, kind, systemId, fromXid, throughXid, recordedSince, transactions, digest]
  return [previousHead, ...said, declaredBy ?? '', reason ?? ''].join('\n')
}

/**
 * Returns the head of a page of the ledger's chain: an HMAC over the page and the head of the page before it.
 * The key is not in the database.
 */
export function headOf(vault: Vault, previousHead: string, link: ChainLink): string {
  return `${vault.seals.keyId}.${vault.seals.hmac(PURPOSE, canonical(previousHead, link))}`
}

/**
 * Returns the additional head of a page of the ledger's chain, made with a newer key. The additional head
 * covers the page and the page's first head.
 */
export function resealedHeadOf(vault: Vault, previousHead: string, { head, ...link }: WrittenLink): string {
  return `${vault.seals.keyId}.${vault.seals.hmac(RESEALED, resealedText(previousHead, link, head))}`
}

const resealedText = (previousHead: string, link: ChainLink, head: string) =>
  `${canonical(previousHead, link)}\n${head}`

/**
 * Checks that a page of the ledger's chain is unchanged: by its first head, and by its additional head under
 * a newer key. A head is checked if its key is available. At least one of the two keys must be available.
 */
export function headHolds(
  vault: Vault,
  previousHead: string,
  { head, ...link }: WrittenLink,
  reseal: string | null = null,
): boolean {
  const { keyIds } = vault.seals
  const macOf = (text: string) => text.slice(text.indexOf('.') + 1)
  const isLegible = (text: string) => keyIds.includes(keyIdOf(text))
  const own = isLegible(head) ? [vault.seals.verify(PURPOSE, canonical(previousHead, link), macOf(head))] : []
  const again =
    reseal !== null && isLegible(reseal)
      ? [vault.seals.verify(RESEALED, resealedText(previousHead, link, head), macOf(reseal))]
      : []
  const said = [...own, ...again]
  return said.length > 0 && said.every(Boolean)
}

export const utcText = (column: RawBuilder<unknown>) =>
  sql<string>`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`

export const linkColumns = sql`
  c.page, c.kind, c.system_id, c.from_xid::text as from_xid, c.through_xid::text as through_xid,
  ${utcText(sql`c.recorded_since`)} as recorded_since, c.transactions, c.digest, c.head, c.declared_by, c.reason`

/**
 * The SQL expression for the digest of the postings of a page: over their ids and seals, in the order of
 * their ids. Each seal covers the content of its posting.
 */
export const digestOf = sql<string>`
  encode(sha256(convert_to(coalesce(string_agg(t.id::text || ' ' || t.seal, E'\n' order by t.id), ''), 'UTF8')), 'hex')`

export const lastLinks = async (tx: Tx, count: number): Promise<WrittenLink[]> => {
  const { rows } = await sql<WrittenLink>`
    select ${linkColumns} from ledger_chain c order by c.page desc limit ${count}`.execute(tx)
  return rows
}

/**
 * Writes a link at the end of the ledger's chain: a page or a declared break. Returns false if another
 * process wrote the same page meanwhile.
 */
export async function writeLink(tx: Tx, link: WrittenLink): Promise<boolean> {
  const { rows } = await sql`
    insert into ledger_chain (page, kind, system_id, from_xid, through_xid, recorded_since, transactions, digest, head,
      declared_by, reason)
    values (${link.page}, ${link.kind}, ${link.systemId}, ${link.fromXid}::xid8, ${link.throughXid}::xid8,
      ${link.recordedSince}::timestamp at time zone 'UTC', ${link.transactions}, ${link.digest}, ${link.head},
      ${link.declaredBy}, ${link.reason})
    on conflict (page) do nothing returning page`.execute(tx)
  return rows.length > 0
}
