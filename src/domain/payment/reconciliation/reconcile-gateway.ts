import { type Rupiah, requireStaff, secondsAfter, type Tx } from '../../kernel/index.ts'
import { balances } from '../../ledger/index.ts'
import { suspenseErrors } from '../../suspense/index.ts'
import type { GatewayContext } from '../context.ts'
import { chargedIdr, movedIdr } from './booked-sums.ts'
import { type Compared, compareLines, type Difference, missingThere, movedAgain } from './compare-lines.ts'
import type { GatewayTransaction } from './gateway-transactions.ts'
import { notDueS } from './list-lag.ts'
import { type OurLine, type OurPage, ourLines } from './our-lines.ts'
import { linesNamed } from './search-provider.ts'

export type { Difference } from './compare-lines.ts'

export interface Reconciliation {
  ok: boolean
  since: Date | null
  until: Date | null
  transactions: number
  differences: Difference[]
  /**
   * The number of lines in Xendit's transaction list that differ but are too young to count: their webhooks
   * may be under way.
   */
  notDue: number
  /**
   * The sum of the lines of Xendit's transaction list that were compared with laku's ledger, less the lines'
   * fees.
   */
  comparedIdr: Rupiah
  /**
   * The sum of the fractions of a rupiah in the lines of Xendit's transaction list that were compared. Laku's
   * ledger has whole rupiah only.
   */
  roundedIdr: number
  /**
   * The balance of laku's ledger account `gateway` (the money at Xendit). `inFlightIdr` is the part of it
   * that is on its way out.
   */
  gatewayIdr: Rupiah
  inFlightIdr: Rupiah
  /** The balance that Xendit reports for our account. It may lack money that Xendit has not settled yet. */
  providerIdr: Rupiah
}

const A_PAGE = 50
/**
 * The maximum number of listed differences between laku's ledger and Xendit's transaction list. If there are
 * more, something is wrong as a whole.
 */
const SHOWN = 500

export interface Comparing {
  since?: Date | undefined
  until?: Date | undefined
  /**
   * The time by which a line of Xendit's transaction list is selected: when it was created, or when it last
   * changed.
   */
  by?: 'created' | 'updated'
  /**
   * A function that waits, so that laku calls Xendit no more often than allowed. It is run before each call
   * except the first.
   */
  wait?: () => Promise<void>
  onPage?: (transactions: number) => void
}

export type ComparedBooks = Pick<
  Reconciliation,
  'transactions' | 'differences' | 'notDue' | 'comparedIdr' | 'roundedIdr'
>

/**
 * The data about the lines that were read from Xendit's transaction list, with which laku finds postings that
 * have no line.
 */
interface ReadLines {
  /** The ledger keys of the postings that belong to one of the lines, with that line. */
  counted: Map<string, GatewayTransaction>
  /**
   * The ids and references of lines that differ, are not final, or cannot be read. A posting with such an id
   * is not reported a second time.
   */
  open: Set<string>
}

/**
 * Compares Xendit's transaction list and laku's ledger, both from `since` to `until`. Each line must have its
 * postings, and each posting must belong to a line. The line of a posting may be older than `since`. So if
 * the lines read do not include it, laku searches for that one line at Xendit. Changes nothing.
 */
export async function compareBooks(context: GatewayContext, comparing: Comparing): Promise<ComparedBooks> {
  const { unitOfWork, actor, gateway } = context
  const { since, until, by = 'created', wait = async () => {}, onPage = () => {} } = comparing
  const sum: ComparedBooks = { transactions: 0, differences: [], notDue: 0, comparedIdr: 0, roundedIdr: 0 }
  const read: ReadLines = { counted: new Map(), open: new Set() }
  let afterId: string | undefined
  for (;;) {
    if (afterId !== undefined) await wait()
    const page = await gateway.listTransactions({
      ...(by === 'created'
        ? { createdFrom: since, createdUntil: until }
        : { updatedFrom: since, updatedUntil: until }),
      afterId,
      limit: A_PAGE,
    })
    const found = await unitOfWork.run(actor, (work) => compareLines(work, page.transactions))
    sum.differences.push(...found.differences, ...(page.unread ?? []).map(unreadLine))
    sum.notDue += found.notDue
    sum.differences.push(...countOnce(read, found.counted))
    for (const name of found.openNames) read.open.add(name)
    for (const transaction of page.transactions) {
      sum.comparedIdr += effectOf(transaction)
      sum.roundedIdr += transaction.roundedIdr
    }
    for (const { id } of page.unread ?? []) if (id) read.open.add(id)
    sum.transactions += page.transactions.length
    onPage(sum.transactions)
    afterId = page.lastId ?? page.transactions.at(-1)?.id
    if (!page.hasMore || !afterId || sum.differences.length >= SHOWN) break
  }
  await compareOurs(context, comparing, read, sum)
  return sum
}

/**
 * Notes which postings belong to which lines. Returns the lines of whose postings another, older line was
 * read. A page of lines has each posting once (`bookedOf`), so this concerns lines of two pages of which no
 * line claimed the posting yet.
 */
function countOnce(read: ReadLines, counted: Compared['counted']): Difference[] {
  const again = new Map<string, GatewayTransaction>()
  for (const { key, line } of counted) {
    const other = read.counted.get(key)
    if (!other || other.id === line.id) read.counted.set(key, line)
    else {
      const [older, younger] = other.createdAt <= line.createdAt ? [other, line] : [line, other]
      read.counted.set(key, older)
      again.set(younger.id, younger)
    }
  }
  return [...again.values()].map(movedAgain)
}

async function compareOurs(
  context: GatewayContext,
  { since, until, wait = async () => {} }: Comparing,
  read: ReadLines,
  sum: ComparedBooks,
): Promise<void> {
  const { unitOfWork, actor } = context
  let afterSeq: number | undefined = 0
  while (afterSeq !== undefined && sum.differences.length < SHOWN) {
    const from: Parameters<typeof ourLines>[1] = { since, until, afterSeq }
    const page: OurPage & { now: Date } = await unitOfWork.run(actor, async ({ tx, now }) => ({
      now,
      ...(await ourLines(tx, from)),
    }))
    for (const line of page.lines) {
      if (sum.differences.length >= SHOWN) break
      if (read.counted.has(line.key) || line.names.some((name) => read.open.has(name))) continue
      if (line.names.length > 0) await wait()
      if (await countsForOlderLine(context, line)) continue
      if (secondsAfter(line.occurredAt, notDueS(unitOfWork.policy)) > page.now) sum.notDue += 1
      else sum.differences.push(missingThere(line))
    }
    afterSeq = page.lastSeq
  }
}

/**
 * Returns true if a posting in laku's ledger belongs to a line of Xendit's transaction list that was not
 * among the lines read. Also returns true if that line differs from the ledger, because the comparison of its
 * own period reports it. A line with the posting's id is not enough: other postings may belong to that line.
 */
async function countsForOlderLine(
  { unitOfWork, actor, gateway }: GatewayContext,
  line: OurLine,
): Promise<boolean> {
  for await (const lines of linesNamed(gateway, line)) {
    const { counted, openNames } = await unitOfWork.run(actor, (work) => compareLines(work, lines))
    if (counted.some(({ key }) => key === line.key) || openNames.length > 0) return true
  }
  return false
}

/**
 * Requires that Xendit's transaction list lacks the line of a posting in laku's ledger. Otherwise staff could
 * put money that did move into suspense, and pay it out once more from there. A young posting is refused,
 * because its line may not be in the list yet.
 * @throws suspense.posting_there, posting_young, kernel.forbidden; ProviderFailure where the provider does
 * not answer
 */
export async function requireMissingThere(context: GatewayContext, key: string): Promise<void> {
  const { unitOfWork, actor } = context
  const { posting, now, policy } = await unitOfWork.run(actor, async (work) => {
    requireStaff(actor, 'finance')
    const { lines } = await ourLines(work.tx, { key })
    return { posting: lines[0], now: work.now, policy: work.policy }
  })
  if (!posting) return
  const from = secondsAfter(posting.occurredAt, notDueS(policy))
  if (from > now) throw suspenseErrors.posting_young({ key, from })
  if (await countsForOlderLine(context, posting)) throw suspenseErrors.posting_there({ key })
}

/** Compares laku's ledger account `gateway` with Xendit's transaction list, line by line. Changes nothing. */
export async function reconcileGateway(
  context: GatewayContext,
  { since, until }: { since?: Date | undefined; until?: Date | undefined },
  onPage: (transactions: number) => void = () => {},
): Promise<Reconciliation> {
  const { unitOfWork, actor, gateway } = context
  const compared = await compareBooks(context, { since, until, onPage })
  const providerIdr = await gateway.balanceIdr()
  const totals = await unitOfWork.run(actor, ({ tx }) => totalsOf(tx))
  return {
    ok: compared.differences.length === 0,
    since: since ?? null,
    until: until ?? null,
    ...compared,
    ...totals,
    providerIdr,
  }
}

/** Returns the sum by which a line changed our balance at Xendit, fees included. */
const effectOf = (line: GatewayTransaction): Rupiah => (movedIdr(line) ?? 0) - (chargedIdr(line) ?? 0)

const unreadLine = ({ id, fields }: { id: string | null; fields: string[] }): Difference => ({
  kind: 'unread',
  type: fields.join(', '),
  transactionId: id,
  reference: null,
  oursIdr: 0,
  theirsIdr: 0,
  command: 'laku attention list --kind provider_transaction_unknown',
})

async function totalsOf(tx: Tx): Promise<Pick<Reconciliation, 'gatewayIdr' | 'inFlightIdr'>> {
  const rows = await balances(tx, ['gateway', 'refunds-in-flight', 'payouts-in-flight'])
  const of = (account: string) => rows.find((row) => row.account === account)?.balanceIdr ?? 0
  return { gatewayIdr: of('gateway'), inFlightIdr: of('refunds-in-flight') + of('payouts-in-flight') }
}
