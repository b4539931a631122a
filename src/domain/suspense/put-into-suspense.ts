import { sql } from 'kysely'
import { insertRows, moveState, newId, type Rupiah, sumIdr, type Work } from '../kernel/index.ts'
import { type AccountKey, credit, debit, type Posting, post, suspenseAccount } from '../ledger/index.ts'
import { type AccountName, endAttention } from '../ops/index.ts'
import { sealReceiving } from './receiving-account.ts'
import { suspenseMachine, waitingSuspenseStates } from './transitions.ts'

export type SuspenseKind =
  | 'payment'
  | 'refund'
  | 'payout'
  | 'chargeback'
  /**
   * A movement of money that the provider made by itself, such as an adjustment, or a line of unknown kind in
   * its transaction list.
   */
  | 'movement'
  | 'bank'
  | 'shipment'

export interface NewSuspense {
  /**
   * The idempotency key of the event that moved the money, such as `payout:{provider
   * id}:succeeded-after-failure`. A second call with the same key changes nothing.
   */
  key: string
  /**
   * The code of the payout, refund or payment that the money belongs to. It is also a part of the ledger
   * account's name: `suspense:{code}`.
   */
  code: string
  kind: SuspenseKind
  /** The id of laku's payout, refund or payment that the money belongs to, if there is one. */
  subjectId?: string | null
  /**
   * The provider's id of the payout (`disb-…`), of the refund (`rfd-…`), or of the line in its transaction
   * list. The comparison with that list finds the suspense item by this id.
   */
  providerId?: string | null
  /** The reference of the money at the provider, if it differs from the code. */
  reference?: string | null
  /**
   * The amount of the suspense item in rupiah. Above zero: money that left laku. Below zero: money that came
   * to laku.
   */
  amountIdr: Rupiah
  /** The ledger account that the money left or came to. Default: the payment gateway's account. */
  account?: AccountKey
  /** A sentence that tells staff why the money cannot be assigned. */
  why: string
  userId?: string | null
  factoryId?: string | null
  /**
   * The bank account that received the money, if the provider or laku's own payout names it. Decisions about
   * the money of one account count together. If `userId` and `factoryId` are absent, composition looks for
   * the account's owner.
   */
  receivedBy?: AccountName | undefined
}

/**
 * Creates a suspense item: a record of money that moved, but that laku cannot assign. Staff are notified
 * once. If one open item with the same code has the opposite amount, or all of them together have it, these
 * items are cleared and nobody is notified. Returns the new item's id. Returns undefined if the items were
 * cleared, or an item with this key exists.
 */
export async function putIntoSuspense(work: Work, money: NewSuspense): Promise<string | undefined> {
  const { key, code, amountIdr, account = 'gateway', subjectId = null, providerId = null } = money
  if (amountIdr === 0) return undefined
  // Two transactions under the same code must not run at once. The lock makes the second one wait, so that it
  // finds the first one's item if the amounts are opposite.
  await sql`select pg_advisory_xact_lock(hashtext(${`suspense:${code}`}))`.execute(work.tx)
  if (await isKnown(work, key)) return undefined
  const opposite = await openOpposite(work, code, account, amountIdr)
  const id = newId()
  const isCleared = opposite.length > 0
  const { receivedBy } = money
  await insertRows(work.tx, 'suspenseItems', [
    {
      id,
      key,
      code,
      kind: money.kind,
      subjectId,
      providerId,
      reference: money.reference ?? null,
      amountIdr,
      account,
      why: money.why,
      userId: money.userId ?? null,
      factoryId: money.factoryId ?? null,
      ...sealReceiving(work.vault, receivedBy),
      status: isCleared ? 'cleared' : 'open',
      decidedAt: isCleared ? work.now : null,
      createdAt: work.now,
    },
  ])
  await post(work, [openingOf(id, money)])
  if (isCleared) {
    await endCleared(work, opposite)
    return undefined
  }
  if (receivedBy && !money.userId && !money.factoryId)
    work.emit({ type: 'suspense.receiver_unnamed', aggregate: ['suspense', id], payload: { suspenseId: id } })
  requestDecision(work, { id, ...money })
  return id
}

/** Asks staff to decide where the money of an open suspense item belongs. */
export function requestDecision(
  work: Work,
  { id, code, kind, amountIdr, providerId, why }: Omit<NewSuspense, 'key' | 'account'> & { id: string },
): void {
  work.requestAttention({
    kind: 'money_in_suspense',
    subject: ['suspense', id],
    message: `${code}: ${why}. Decide where this money belongs.`,
    command: `laku suspense show ${id}`,
    details: { code, kind, amountIdr, ...(providerId && { providerId }) },
  })
}

async function isKnown(work: Work, key: string): Promise<boolean> {
  const { rows } = await sql`select from suspense_items where key = ${key}`.execute(work.tx)
  return rows.length > 0
}

async function openOpposite(
  work: Work,
  code: string,
  account: AccountKey,
  amountIdr: Rupiah,
): Promise<string[]> {
  const open = waitingSuspenseStates
  const { rows } = await sql<{ id: string; amountIdr: Rupiah }>`
    select id, amount_idr from suspense_items
    where code = ${code} and account = ${account} and status = any(${open}) order by id for no key update`.execute(
    work.tx,
  )
  const single = rows.find((item) => item.amountIdr === -amountIdr)
  if (single) return [single.id]
  return sumIdr(rows.map((item) => item.amountIdr)) === -amountIdr ? rows.map((item) => item.id) : []
}

async function endCleared(work: Work, ids: readonly string[]): Promise<void> {
  const set = { asked: null, decidedAt: work.now }
  await moveState(work, suspenseMachine, { to: 'cleared', ids, set, all: true })
  for (const id of ids)
    await endAttention(work, 'money_in_suspense', id, 'the opposite was heard: nothing is left of it')
}

function openingOf(
  id: string,
  { code, amountIdr, account = 'gateway', userId = null, factoryId = null }: NewSuspense,
): Posting {
  const idr = Math.abs(amountIdr)
  const [from, to] =
    amountIdr > 0 ? ([suspenseAccount(code), account] as const) : ([account, suspenseAccount(code)] as const)
  const of = { userId, factoryId }
  return {
    key: `suspense:${id}:opened`,
    kind: 'suspense.opened',
    subject: ['suspense', id],
    entries: [debit(from, idr, of), credit(to, idr, of)],
  }
}
