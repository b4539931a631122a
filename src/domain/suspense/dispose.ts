import {
  actorLabel,
  kernelErrors,
  moveState,
  personOf,
  type Rupiah,
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
import { type AccountName, countUse, endAttention, isOverLimit, requireSecondPerson } from '../ops/index.ts'
import { suspenseErrors } from './errors.ts'
import { type AskedDisposal, type SuspenseItem, showSuspense } from './list-suspense.ts'
import { lockItem } from './lock.ts'
import { sealSentTo } from './receiving-account.ts'
import { divide } from './split.ts'
import { suspenseMachine, suspenseTransitions, waitingSuspenseStates } from './transitions.ts'
import { useOf } from './use-of.ts'

/** A posting that moves a part of a suspense item's money, above zero. */
export interface PartPosting extends Pick<Posting, 'key' | 'kind' | 'subject'> {
  amountIdr: Rupiah
}

/**
 * The destination of money in suspense, which laku could not assign itself. It may be a factory's account,
 * for example.
 */
export interface Place {
  /**
   * The postings that move the money out of suspense, each with its part of the sum. If they are absent, one
   * posting of the usual key moves all of it. Only chargebacks have postings of their own, because laku later
   * finds a chargeback's postings by their keys.
   */
  postings?: readonly PartPosting[]
  /**
   * The ledger account to which the money is assigned. It is charged for money that left laku, and gets money
   * that came to laku.
   */
  account: AccountKey
  dimensions?: Dimensions
  /** The bank account to which the company's own bank sent the money, if a person names it. */
  sentTo?: AccountName | undefined
  /**
   * A step that runs right before the posting. It locks and writes rows of the domain that gets the money.
   */
  before?: (work: Work, item: SuspenseItem) => Promise<void>
}

/**
 * Assigns money in suspense, which laku could not assign itself, to a destination that staff choose. The sums
 * that one person assigns alone within a day and a week are limited (`policy.aloneDayIdr`, `aloneWeekIdr`).
 * Limits hold for each person who assigns and for each receiver. Above a limit the assignment is only
 * requested, and a second approver decides. `place` returns the destination; it is called again at the
 * approval.
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
  const use = await useOf(work, item, asked, at)
  if (await isOverLimit(work, use)) {
    const set = { asked: JSON.stringify(asked), askedBy: by, note, ...sealed(work, at) }
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
 * Assigns money in suspense to a destination that follows from a known fact. For example, the owner of the
 * bank account that received the money is known. No person chooses the destination, so the amount does not
 * count toward a person's limits.
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
 * Assigns up to `atMostIdr` of an item's money by a fact that laku itself knows, without a person. For
 * example, what the provider refunded too much is taken out of the next refund of the same payment. What
 * remains becomes an item of its own. If a person's request about the item waits for the second person, it is
 * dropped, because it was about another sum. Returns the assigned sum: 0 if the item was decided meanwhile.
 */
export async function disposePartByFact(
  work: Work,
  id: string,
  atMostIdr: Rupiah,
  asked: AskedDisposal,
  place: Place,
  note: string,
): Promise<Rupiah> {
  const found = await lockItem(work, id)
  if (!waitingSuspenseStates.includes(found.status)) return 0
  if (found.status === 'requested') await dropRequest(work, found)
  const open = found.status === 'requested' ? await showSuspense(work.tx, id) : found
  const isWhole = Math.abs(open.amountIdr) <= atMostIdr
  const [item] = isWhole ? [open] : await divide(work, open, atMostIdr, note)
  const by = { askedBy: actorLabel(work.actor), note, byFact: true }
  await dispose(work, item, asked, place, by)
  return Math.abs(item.amountIdr)
}

/**
 * Locks an open suspense item, and returns it with the reason that the person gave. An item for which an
 * assignment was already requested is refused: a second person must decide that request first.
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
 * The decision of a second person about a requested assignment; `request` names the one that they approve.
 */
export type Decision =
  | { decision: 'approve'; request: string | undefined; seen?: boolean | undefined }
  | { decision: 'reject'; request?: never }

/**
 * Approves or rejects a requested assignment of money in suspense. The decider must not be the person who
 * requested it. Who approves names the request that they saw (`request`), so that another one, asked for in
 * its place, is not approved (docs/adr/0183). After a rejection the suspense item is open again.
 * @throws suspense.not_found, nothing_asked, request_unnamed, request_changed, same_person,
 * kernel.approver_not_independent, kernel.forbidden
 */
export async function decideDisposal(
  work: Work,
  text: string,
  { decision, request }: Decision,
  place: (work: Work, item: SuspenseItem, asked: AskedDisposal) => Promise<Place>,
): Promise<SuspenseItem> {
  requireStaff(work.actor, 'finance')
  const item = await lockItem(work, text)
  const { asked, askedBy } = item
  if (item.status !== 'requested' || !asked || !askedBy)
    throw suspenseErrors.nothing_asked({ code: item.code, status: item.status })
  if (decision === 'reject') {
    await dropRequest(work, item)
    return await showSuspense(work.tx, item.id)
  }
  if (request === undefined) throw suspenseErrors.request_unnamed({ code: item.code })
  if (request !== item.request)
    throw suspenseErrors.request_changed({ code: item.code, request: item.request })
  await requireSecondPerson(work, askedBy, () => suspenseErrors.same_person({ askedBy }))
  const at = await place(work, item, asked)
  const use = await useOf(work, item, asked, at)
  await countUse(work, { ...use, person: askedBy }, personOf(work.actor))
  return await dispose(work, item, asked, at, { askedBy, note: item.note ?? '' })
}

async function dropRequest(work: Work, { id, asked }: SuspenseItem): Promise<void> {
  // The account to which the company's bank would have sent the money is forgotten with the request.
  const set = { asked: null, askedBy: null, note: null, sentChannel: null, sentNumber: null }
  await moveState(work, suspenseMachine, { to: 'open', ids: [id], set, all: true })
  work.audit({
    command: 'suspense reject',
    subject: ['suspense', id],
    before: { status: 'requested', asked },
    after: { status: 'open' },
  })
}

async function dispose(
  work: Work,
  item: SuspenseItem,
  asked: AskedDisposal,
  at: Place,
  { askedBy, note, byFact = false }: { askedBy: string; note: string; byFact?: boolean },
): Promise<SuspenseItem> {
  const { before, account } = at
  await before?.(work, item)
  const { id, code, amountIdr } = item
  await post(
    work,
    postingsOf(item, at, { key: decisionKey(item, asked), kind: `suspense.${asked.to}`, isBack: false }),
  )
  const decided = { note, decidedBy: actorLabel(work.actor), decidedAt: work.now }
  const made = at.postings ? { ...asked, keys: at.postings.map(({ key }) => key) } : asked
  const set = { asked: JSON.stringify(made), askedBy, byFact, ...decided, ...sealed(work, at) }
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
 * Builds the postings that move an item's money out of suspense to its place, or with `isBack` the opposite
 * ones. `key` and `kind` are those of the usual posting.
 */
export function postingsOf(
  { id, code, amountIdr }: SuspenseItem,
  { postings, account, dimensions = {} }: Place,
  { key, kind, isBack }: { key: string; kind: string; isBack: boolean },
): Posting[] {
  const own = suspenseAccount(code)
  const [from, to] = amountIdr > 0 !== isBack ? [account, own] : [own, account]
  const usual: PartPosting = { key, kind, subject: ['suspense', id], amountIdr: Math.abs(amountIdr) }
  return (postings ?? [usual]).map(({ amountIdr: idr, ...posting }) => ({
    ...posting,
    entries: [debit(from, idr, dimensions), credit(to, idr, dimensions)],
  }))
}

/** Each decision about an item has a posting of its own, also after an earlier one was taken back. */
const decisionKey = ({ id, undos }: SuspenseItem, { to }: AskedDisposal) =>
  `suspense:${id}:${to}${undos === 0 ? '' : `:${undos + 1}`}`

const sealed = ({ vault }: Work, { sentTo }: Place) => sentTo && sealSentTo(vault, sentTo)

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
