import { sql } from 'kysely'
import { asRecords, type Tx, type Vault } from '../../kernel/index.ts'
import { sealOf, stateOfSeal } from '../seal.ts'
import { readSealed } from './read-sealed.ts'

const PAGE = 500

export interface Resealed {
  /** The id of the posting after which the next page starts; undefined at the end. */
  after: string | undefined
  resealed: number
  /**
   * The postings that were not sealed again, one text line each. Either no available key can verify the
   * posting, or the posting was changed after it was sealed.
   */
  left: string[]
}

/**
 * Seals a page of ledger postings again under the current key. Before that, it checks that each posting's
 * older seal is valid. A posting that was changed is not sealed again, and `laku ledger verify` lists it.
 */
export async function resealPostings(
  { tx, vault }: { tx: Tx; vault: Vault },
  after = '00000000-0000-0000-0000-000000000000',
): Promise<Resealed> {
  const rows = await readSealed(tx, { after, limit: PAGE, notUnder: vault.seals.keyId })
  const left: string[] = []
  const fresh: { transactionId: string; seal: string }[] = []
  for (const { seal, reseal, ...transaction } of rows) {
    const state = stateOfSeal(vault, transaction, seal, reseal)
    if (state === 'holds') fresh.push({ transactionId: transaction.id, seal: sealOf(vault, transaction) })
    else
      left.push(
        `posting ${transaction.key}: ${state === 'broken' ? 'changed after it was sealed' : 'sealed under a key that is not given'}`,
      )
  }
  if (fresh.length > 0) {
    await sql`
      insert into ledger_reseals (transaction_id, seal)
      select transaction_id, seal from jsonb_to_recordset(${asRecords(fresh)}::jsonb) as f(transaction_id uuid, seal text)
      on conflict (transaction_id) do update set seal = excluded.seal`.execute(tx)
  }
  return { after: rows.length < PAGE ? undefined : rows.at(-1)?.id, resealed: fresh.length, left }
}
