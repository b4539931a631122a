import { sql } from 'kysely'
import { insertRows, moveState, newId, openStates, type Rupiah, type Work } from '../kernel/index.ts'
import { type AccountKey, credit, debit, type Posting, post, suspenseAccount } from '../ledger/index.ts'
import { endAttention } from '../ops/index.ts'
import { suspenseMachine, suspenseTransitions } from './transitions.ts'

export type SuspenseKind =
  | 'payment'
  | 'refund'
  | 'payout'
  | 'chargeback'
  /**
   * A movement of money that the provider itself made: a sweep, an adjustment, or a line of its transaction
   * list whose kind is unknown.
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
   * The code of the payout, refund or payment that the money belongs to. People search for the money by this
   * code, and the ledger account is `suspense:{code}`.
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
}

/**
 * Creates a suspense item for money that moved but cannot be assigned, under the code of its payout, refund
 * or payment. Staff are notified once. If an open item of the same code has the opposite amount, both are
 * cleared and nobody is notified. Returns the new item's id; undefined if the key was known or the items were
 * cleared.
 */
export async function putIntoSuspense(work: Work, money: NewSuspense): Promise<string | undefined> {
  const { key, code, amountIdr, account = 'gateway', subjectId = null, providerId = null } = money
  if (amountIdr === 0) return undefined
  // The lock makes transactions that add suspense items under the same code run one after the other, so that
  // opposite amounts find each other.
  await sql`select pg_advisory_xact_lock(hashtext(${`suspense:${code}`}))`.execute(work.tx)
  if (await isKnown(work, key)) return undefined
  const opposite = await openOpposite(work, code, account, amountIdr)
  const id = newId()
  const isCleared = opposite !== undefined
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
      status: isCleared ? 'cleared' : 'open',
      decidedAt: isCleared ? work.now : null,
      createdAt: work.now,
    },
  ])
  await post(work, [openingOf(id, money)])
  if (opposite) {
    await endCleared(work, opposite)
    return undefined
  }
  work.requestAttention({
    kind: 'money_in_suspense',
    subject: ['suspense', id],
    message: `${code}: ${money.why}. Decide where this money belongs.`,
    command: `laku suspense show ${id}`,
    details: { code, kind: money.kind, amountIdr, ...(providerId && { providerId }) },
  })
  return id
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
): Promise<string | undefined> {
  const open = openStates(suspenseTransitions)
  const { rows } = await sql<{ id: string }>`
    select id from suspense_items
    where code = ${code} and account = ${account} and amount_idr = ${-amountIdr} and status = any(${open})
    order by id limit 1 for no key update`.execute(work.tx)
  return rows[0]?.id
}

async function endCleared(work: Work, id: string): Promise<void> {
  const set = { asked: null, decidedAt: work.now }
  await moveState(work, suspenseMachine, { to: 'cleared', ids: [id], set, all: true })
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
