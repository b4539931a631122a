import { sql } from 'kysely'
import {
  actorLabel,
  kernelErrors,
  moveState,
  personOf,
  requireReason,
  requireStaff,
  type Work,
} from '../kernel/index.ts'
import {
  type AccountKey,
  credit,
  type Dimensions,
  debit,
  type Posting,
  post,
  suspenseAccount,
} from '../ledger/index.ts'
import { countUse, endAttention, isOverLimit, type LimitUse, requireSecondPerson } from '../ops/index.ts'
import { suspenseErrors } from './errors.ts'
import { type AskedDisposal, type SuspenseItem, showSuspense, suspenseColumns } from './list-suspense.ts'
import { suspenseMachine, suspenseTransitions } from './transitions.ts'

/**
 * The destination of a suspense item's money, such as a factory's account. It names the ledger account, and
 * may have a step that runs before the posting.
 */
export interface Place {
  /**
   * The key, kind and subject of the ledger posting that disposes of the suspense item, if they are not the
   * usual ones. A chargeback needs values of its own, because its posting is found by the chargeback's key,
   * kind and payment.
   */
  posting?: Pick<Posting, 'key' | 'kind' | 'subject'>
  /** The ledger account that bears money that left laku, or receives money that came to laku. */
  account: AccountKey
  dimensions?: Dimensions
  /** A step that runs right before the posting: it takes locks and writes the destination's own rows. */
  before?: (work: Work, item: SuspenseItem) => Promise<void>
}

/**
 * Disposes of a suspense item at the request of staff. The sum that one person may give without a second
 * approver is limited for each actor and each receiver. The limits apply to a day and to a week
 * (`policy.aloneDayIdr`, `aloneWeekIdr`). Above a limit the disposal is only requested, and a second approver
 * decides. `place` returns the money's destination; it is called again at the approval.
 * @throws suspense.not_found, ambiguous, kernel.illegal_transition, reason_required, forbidden
 */
export async function disposeOf(
  work: Work,
  text: string,
  asked: AskedDisposal,
  place: (work: Work, item: SuspenseItem) => Promise<Place>,
): Promise<SuspenseItem> {
  const { item, note } = await takeOpen(work, text, asked)
  const at = await place(work, item)
  const by = actorLabel(work.actor)
  const use = useOf(item, at)
  if (await isOverLimit(work, use)) {
    const set = { asked: JSON.stringify(asked), askedBy: by, note }
    await moveState(work, suspenseMachine, { to: 'requested', ids: [item.id], set, all: true })
    work.audit({
      command: `suspense ${verbOf(asked)}`,
      subject: ['suspense', item.id],
      before: { status: item.status },
      after: { status: 'requested', code: item.code, amountIdr: item.amountIdr, asked },
    })
    return await showSuspense(work.tx, item.id)
  }
  await countUse(work, use)
  return await dispose(work, item, asked, at, { askedBy: by, note })
}

/**
 * Disposes of a suspense item whose destination is a known fact, such as the owner of the account that
 * received the money. No person decides, so no limit counts the disposal.
 * @throws suspense.not_found, ambiguous, kernel.illegal_transition, reason_required, forbidden
 */
export async function disposeByFact(
  work: Work,
  text: string,
  asked: AskedDisposal,
  place: (work: Work, item: SuspenseItem) => Promise<Place>,
): Promise<SuspenseItem> {
  const { item, note } = await takeOpen(work, text, asked)
  const by = { askedBy: actorLabel(work.actor), note, byFact: true }
  return await dispose(work, item, asked, await place(work, item), by)
}

/**
 * Locks a suspense item that may be disposed of now, and returns it with the person's reason. If a disposal
 * of the item was requested, a second person must approve or reject that disposal first.
 */
async function takeOpen(
  work: Work,
  text: string,
  asked: AskedDisposal,
): Promise<{ item: SuspenseItem; note: string }> {
  requireStaff(work.actor, 'finance')
  const note = requireReason(work)
  const item = await lockItem(work, text)
  if (item.status !== 'open') throw illegal(item, asked)
  return { item, note }
}

/**
 * Lets a second person approve or reject a requested disposal of a suspense item. After a rejection the item
 * is open again.
 * @throws suspense.not_found, nothing_asked, same_person, kernel.approver_not_independent, kernel.forbidden
 */
export async function decideDisposal(
  work: Work,
  text: string,
  decision: 'approve' | 'reject',
  place: (work: Work, item: SuspenseItem, asked: AskedDisposal) => Promise<Place>,
): Promise<SuspenseItem> {
  requireStaff(work.actor, 'finance')
  const item = await lockItem(work, text)
  const { asked, askedBy } = item
  if (item.status !== 'requested' || !asked || !askedBy)
    throw suspenseErrors.nothing_asked({ code: item.code, status: item.status })
  if (decision === 'reject') {
    const set = { asked: null, askedBy: null, note: null }
    await moveState(work, suspenseMachine, { to: 'open', ids: [item.id], set, all: true })
    work.audit({
      command: 'suspense reject',
      subject: ['suspense', item.id],
      before: { status: 'requested', asked },
      after: { status: 'open' },
    })
    return await showSuspense(work.tx, item.id)
  }
  await requireSecondPerson(work, askedBy, () => suspenseErrors.same_person({ askedBy }))
  const at = await place(work, item, asked)
  await countUse(work, { ...useOf(item, at), person: askedBy }, personOf(work.actor))
  return await dispose(work, item, asked, at, { askedBy, note: item.note ?? '' })
}

async function dispose(
  work: Work,
  item: SuspenseItem,
  asked: AskedDisposal,
  { posting, account, dimensions = {}, before }: Place,
  { askedBy, note, byFact = false }: { askedBy: string; note: string; byFact?: boolean },
): Promise<SuspenseItem> {
  await before?.(work, item)
  const { id, code, amountIdr } = item
  const idr = Math.abs(amountIdr)
  const own = suspenseAccount(code)
  const [from, to] = amountIdr > 0 ? [account, own] : [own, account]
  await post(work, [
    {
      ...(posting ?? {
        key: `suspense:${id}:${asked.to}`,
        kind: `suspense.${asked.to}`,
        subject: ['suspense', id],
      }),
      entries: [debit(from, idr, dimensions), credit(to, idr, dimensions)],
    },
  ])
  const decided = { note, decidedBy: actorLabel(work.actor), decidedAt: work.now }
  const set = { asked: JSON.stringify(asked), askedBy, byFact, ...decided }
  await moveState(work, suspenseMachine, { to: asked.to, ids: [id], set, all: true })
  await endAttention(work, 'money_in_suspense', id, `it was disposed of: ${asked.to}`)
  work.audit({
    command: item.status === 'requested' ? 'suspense approve' : `suspense ${verbOf(asked)}`,
    subject: ['suspense', id],
    before: { status: item.status },
    after: { status: asked.to, code, amountIdr, asked, account },
  })
  return await showSuspense(work.tx, id)
}

/**
 * Returns the receiver of a suspense item's money, because the limits count disposals by receiver. The
 * receiver is the user or factory whose account is booked. If the company bears or keeps the money, the
 * receiver is the item's own user or factory, or else the item's code.
 */
function receiverOf({ code, userId, factoryId }: SuspenseItem, to?: Dimensions): string {
  if (to?.userId) return `user:${to.userId}`
  if (to?.factoryId) return `factory:${to.factoryId}`
  return userId ? `user:${userId}` : factoryId ? `factory:${factoryId}` : `suspense:${code}`
}

/**
 * Returns the entry by which the disposal of a suspense item counts toward a person's limits. These limits
 * add up all money that the person gives away.
 */
const useOf = (item: SuspenseItem, { dimensions }: Place): LimitUse => ({
  kind: 'suspense',
  subject: ['suspense', item.id],
  receiver: receiverOf(item, dimensions),
  amountIdr: Math.abs(item.amountIdr),
})

const illegal = ({ code, status }: SuspenseItem, { to }: AskedDisposal) =>
  kernelErrors.illegal_transition({
    subject: 'suspense',
    code,
    from: status,
    to,
    allowed: suspenseTransitions[status],
  })

const verbOf = ({ to }: AskedDisposal) =>
  ({
    offset: 'offset',
    wallet: 'to-wallet',
    collected: 'collect',
    written_off: 'write-off',
    reassigned: 'reassign',
  })[to]

async function lockItem(work: Work, text: string): Promise<SuspenseItem> {
  const { id } = await showSuspense(work.tx, text)
  const { rows } = await sql<SuspenseItem>`
    select ${suspenseColumns} from suspense_items where id = ${id}::uuid for no key update`.execute(work.tx)
  const [item] = rows
  if (!item) throw suspenseErrors.not_found({ item: text })
  return item
}
