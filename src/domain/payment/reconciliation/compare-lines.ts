import { sql } from 'kysely'
import { type Rupiah, secondsAfter, type Tx, type Work } from '../../kernel/index.ts'
import { type Booked, bookedOf, chargedIdr, movedIdr } from './booked-sums.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'
import { notDueS } from './list-lag.ts'
import type { OurLine } from './our-lines.ts'

/**
 * The kind of a difference between laku's ledger and Xendit's transaction list. `missing_here`: only Xendit
 * has the line. `missing_there`: only laku has it. `amount`: the amounts differ. `fee`: the fee is not
 * posted, or differs. `unread`: the line cannot be read.
 */
export type DifferenceKind = 'missing_here' | 'missing_there' | 'amount' | 'fee' | 'unread'

/** One difference between laku's ledger account `gateway` and Xendit's transaction list. */
export interface Difference {
  kind: DifferenceKind
  type: string
  /** Xendit's id of the line that differs; null if only laku's ledger has it. */
  transactionId: string | null
  /**
   * Laku's reference of the line that differs: the payment's code, the refund's reference, the payout's key,
   * or the ledger key.
   */
  reference: string | null
  /**
   * The sum by which the balance at Xendit changed, by laku's ledger (`oursIdr`) and by Xendit's list
   * (`theirsIdr`); below zero for a loss.
   */
  oursIdr: Rupiah
  theirsIdr: Rupiah
  /** The command with which staff clear this difference between laku's ledger and Xendit's list. */
  command: string
}

export interface Compared {
  differences: Difference[]
  /**
   * The number of lines in Xendit's transaction list that differ from laku's ledger but are too young to
   * count.
   */
  notDue: number
  /** The ledger keys of the postings that belong to one of these lines, with that line. */
  counted: { key: string; line: GatewayTransaction }[]
  /** The ids and references of the lines that differ, or whose state is not final. */
  openNames: string[]
}

/** Returns the ids and references by which a posting in laku's ledger may name a line. */
const namesOf = ({ id, productId, paymentLinkId, referenceId }: GatewayTransaction): string[] =>
  [id, productId, paymentLinkId, referenceId].flatMap((name) => name ?? [])

/** Compares lines of Xendit's transaction list with laku's ledger. */
export async function compareLines(
  { tx, now, policy }: Pick<Work, 'tx' | 'now' | 'policy'>,
  transactions: readonly GatewayTransaction[],
): Promise<Compared> {
  const booked = await bookedOf(tx, transactions)
  const commands = await askedCommands(
    tx,
    transactions
      .filter((transaction) => transaction.type === 'CHARGEBACK')
      .map((transaction) => transaction.id),
  )
  const found: Compared = { differences: [], notDue: 0, counted: [], openNames: [] }
  for (const line of transactions) {
    const ours = booked.get(line.id) as Booked
    const some = differencesOf(line, ours, commands.get(line.id))
    found.counted.push(...ours.keys.map((key) => ({ key, line })))
    if (some.length > 0 || movedIdr(line) === undefined) found.openNames.push(...namesOf(line))
    if (some.length > 0 && secondsAfter(line.updatedAt, notDueS(policy)) > now) found.notDue += 1
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
 * Describes, as a difference, a line of Xendit's transaction list whose only posting already counts for an
 * older line of the same payment, refund or payout: the same money moved a second time.
 */
export const movedAgain = (line: GatewayTransaction): Difference => ({
  kind: 'missing_here',
  type: line.type,
  transactionId: line.id,
  reference: line.referenceId,
  oursIdr: 0,
  theirsIdr: movedIdr(line) ?? 0,
  command: `laku payments book ${line.id}`,
})

/**
 * Returns the commands with which staff answer whether a chargeback line is one that they reported, by line
 * id.
 */
async function askedCommands(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; command: string }>`
    select subject_id as id, command from attention
    where kind = 'chargeback_ambiguous' and subject_id = any(${ids}) and resolved_at is null`.execute(tx)
  return new Map(rows.map((row) => [row.id, row.command]))
}

/**
 * Describes, as a difference, a posting in laku's ledger that belongs to no line of Xendit's transaction
 * list.
 */
export const missingThere = ({ key, kind, amountIdr }: OurLine): Difference => ({
  kind: 'missing_there',
  type: kind,
  transactionId: null,
  reference: key,
  oursIdr: amountIdr,
  theirsIdr: 0,
  command: `laku suspense put ${key}`,
})
