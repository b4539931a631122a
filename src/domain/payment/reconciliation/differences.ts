import { sql } from 'kysely'
import { type Rupiah, secondsAfter, type Tx } from '../../kernel/index.ts'
import { type Booked, bookedOf, chargedIdr, movedIdr } from './compare-transactions.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'
import type { OurLine } from './our-lines.ts'

/**
 * The kind of a difference between the two books. `missing_here`: only the provider's book has the line.
 * `missing_there`: only our book has it. `amount`: both have it, with different amounts. `fee`: a final fee
 * that is not booked, or is booked with another amount. `unread`: a line that cannot be read.
 */
export type DifferenceKind = 'missing_here' | 'missing_there' | 'amount' | 'fee' | 'unread'

/** One difference between our gateway account and the provider's book. */
export interface Difference {
  kind: DifferenceKind
  type: string
  /** The provider's id of the line that differs; null if only our book has it. */
  transactionId: string | null
  /**
   * Our reference of the line: the payment's code, the refund's reference, the payout's key, or the ledger
   * key.
   */
  reference: string | null
  /** The sum that the gateway account gained (or lost, below zero) by each of the two books. */
  oursIdr: Rupiah
  theirsIdr: Rupiah
  /** The command that clears the difference. */
  command: string
}

/**
 * How old (s) a line must be to count as a difference: its webhook may be under way, and the provider's book
 * is read only every ten minutes.
 */
export const NOT_DUE_S = 1800

export interface Compared {
  differences: Difference[]
  /** The number of lines that differ but are too young to count. */
  notDue: number
}

/** Compares lines of the provider's book with our postings of them. */
export async function compareLines(
  tx: Tx,
  now: Date,
  transactions: readonly GatewayTransaction[],
): Promise<Compared> {
  const booked = await bookedOf(tx, transactions)
  const commands = await askedCommands(
    tx,
    transactions
      .filter((transaction) => transaction.type === 'CHARGEBACK')
      .map((transaction) => transaction.id),
  )
  const found: Compared = { differences: [], notDue: 0 }
  for (const line of transactions) {
    const some = differencesOf(line, booked.get(line.id) as Booked, commands.get(line.id))
    if (some.length > 0 && secondsAfter(line.updatedAt, NOT_DUE_S) > now) found.notDue += 1
    else found.differences.push(...some)
  }
  return found
}

function differencesOf(
  line: GatewayTransaction,
  { amountIdr, feeIdr }: Booked,
  asked: string | undefined,
): Difference[] {
  const { id: transactionId, type, referenceId: reference } = line
  const about = { type, transactionId, reference, command: asked ?? `laku payments book ${transactionId}` }
  const found: Difference[] = []
  const theirsIdr = movedIdr(line) ?? amountIdr
  if (amountIdr !== theirsIdr) {
    const kind = amountIdr === 0 ? 'missing_here' : theirsIdr === 0 ? 'missing_there' : 'amount'
    found.push({ kind, ...about, oursIdr: amountIdr, theirsIdr })
  }
  const charged = chargedIdr(line) ?? feeIdr
  if (charged !== feeIdr) found.push({ kind: 'fee', ...about, oursIdr: -feeIdr, theirsIdr: -charged })
  return found
}

/**
 * Returns, by line id, the commands given to staff about chargebacks that may be ones that staff reported.
 */
async function askedCommands(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; command: string }>`
    select subject_id as id, command from attention
    where kind = 'chargeback_ambiguous' and subject_id = any(${ids}) and resolved_at is null`.execute(tx)
  return new Map(rows.map((row) => [row.id, row.command]))
}

/** Returns the difference of a posting of ours for which the provider's book has no line. */
export const missingThere = ({ key, kind, amountIdr }: OurLine): Difference => ({
  kind: 'missing_there',
  type: kind,
  transactionId: null,
  reference: key,
  oursIdr: amountIdr,
  theirsIdr: 0,
  command: `laku suspense put ${key}`,
})
