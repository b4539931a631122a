import { sql } from 'kysely'
import { personOf, requireReason, requireStaff } from '../kernel/actor.ts'
import { secondsAfter } from '../kernel/clock.ts'
import { newId } from '../kernel/ids.ts'
import { kernelErrors } from '../kernel/kernel-errors.ts'
import type { Rupiah } from '../kernel/money.ts'
import type { Policy } from '../kernel/policy.ts'
import { showWhoActs } from '../kernel/proofs/proven.ts'
import { asRecords, insertRows } from '../kernel/rows.ts'
import type { Tx, Work } from '../kernel/work.ts'
import { isPerson, nameOfPerson, requireOwnFactor } from '../staff/index.ts'

/**
 * A budget limits the sum about which one person may decide alone. There are budgets for money given away,
 * for settlements and for withdrawals. Decisions of the same budget are added up.
 */
export type Budget = 'given' | 'settlement' | 'withdrawal'

/** The kinds of decisions that give money to somebody, with the budget that each counts against. */
export const limitedKinds = {
  goodwill: 'given',
  correction: 'given',
  refund: 'given',
  return: 'given',
  undeliverable: 'given',
  order_failed: 'given',
  write_off: 'given',
  quarantine: 'given',
  suspense: 'given',
  suspense_undone: 'given',
  withdrawal_returned: 'given',
  settlement_returned: 'given',
  chargeback_moved: 'given',
  settlement: 'settlement',
  withdrawal: 'withdrawal',
} as const satisfies Record<string, Budget>

export type LimitedKind = keyof typeof limitedKinds

/**
 * The kinds of decisions that another person may allow beforehand. `bank_file`: a file of bank transfers is
 * taken over, although no backup was restored. This decision gives money to nobody, so it counts against no
 * limit.
 */
export type ClearedKind = LimitedKind | 'bank_file'

export interface LimitUse {
  kind: LimitedKind
  /** The object about which a person decided. Two decisions of the same kind about it count once. */
  subject: readonly [kind: string, id: string]
  /** The receiver of the money: `user:…` or `factory:…` */
  receiver: string
  /**
   * The fingerprint of the bank account that gets the money, if the money leaves laku. Each bank account has
   * a limit of its own, because several people may name the same account.
   */
  account?: string | undefined
  amountIdr: Rupiah
  /**
   * The id under which a second person allows the decision in advance. It is needed if the object of the
   * decision does not exist yet. For example, a write-off for a factory is allowed under the factory's id.
   */
  clearedAs?: string | undefined
  /**
   * The person against whose limits the decision counts, if that is not the person who acts. For example, the
   * approval of a settlement may count against the person who calculated the settlement.
   */
  person?: string | undefined
}

const DAY_S = 86_400

/** Whether a decision is free of limits. Decisions of the system have no limit and count against nobody. */
const isFree = ({ actor }: Pick<Work, 'actor'>, { person }: LimitUse) =>
  person === undefined && (actor.kind === 'system' || actor.kind === 'provider')
const noLimits = { dayLimitIdr: Number.MAX_SAFE_INTEGER, weekLimitIdr: Number.MAX_SAFE_INTEGER }

function limitsOf(kind: LimitedKind, policy: Policy): { dayLimitIdr: Rupiah; weekLimitIdr: Rupiah } {
  const budget: Budget = limitedKinds[kind]
  if (budget === 'settlement')
    return { dayLimitIdr: policy.settlementDayIdr, weekLimitIdr: policy.settlementWeekIdr }
  if (budget === 'withdrawal')
    return { dayLimitIdr: policy.withdrawalDayIdr, weekLimitIdr: policy.withdrawalWeekIdr }
  return { dayLimitIdr: policy.aloneDayIdr, weekLimitIdr: policy.aloneWeekIdr }
}

/**
 * Returns whether this decision exceeds what one person may decide alone within a day or seven days.
 * Decisions of the same budget are added up by person, by receiver and by bank account. The limits of the
 * person, the receiver and the bank account stay locked until the transaction ends. To avoid deadlocks, the
 * caller locks other rows before this call, and the ledger after it.
 */
export async function isOverLimit(work: Work, use: LimitUse): Promise<boolean> {
  const { tx, now, actor, policy } = work
  if (isFree(work, use)) return false
  const { kind, receiver, account = null, amountIdr } = use
  const person = use.person ?? personOf(actor)
  const budget = limitedKinds[kind]
  const { dayLimitIdr, weekLimitIdr } = limitsOf(kind, policy)
  await sql`select lock_limit(${budget}, ${person}, ${receiver}, ${account})`.execute(tx)
  const { daySince, weekSince } = limitWindows({ now })
  const alone = (since: Date) =>
    sql`used_alone(${budget}, ${person}, ${receiver}, ${account}, ${since}, ${kind}, ${use.subject[1]})`
  const { rows } = await sql<{ dayIdr: Rupiah; weekIdr: Rupiah }>`
    select ${alone(daySince)}::int8 as day_idr, ${alone(weekSince)}::int8 as week_idr`.execute(tx)
  const { dayIdr = 0, weekIdr = 0 } = rows[0] ?? {}
  return amountIdr + dayIdr > dayLimitIdr || amountIdr + weekIdr > weekLimitIdr
}

/**
 * Counts a decision against the limits of the person who decides. The database refuses a decision over the
 * limit, unless a second person (`second`) allowed it. The database checks that the second person is not the
 * person who decides, and is qualified.
 */
export async function countUse(work: Work, use: LimitUse, second: string | null = null): Promise<void> {
  const { actor, policy } = work
  const { kind, subject, receiver, account = null, amountIdr } = use
  const free = isFree(work, use)
  const limits = free || use.person === LOST_DAY ? noLimits : limitsOf(kind, policy)
  const row = {
    id: newId(),
    budget: limitedKinds[kind],
    kind,
    person: use.person ?? personOf(actor),
    secondPerson: second,
    receiver: free ? 'nobody' : receiver,
    account: free ? null : account,
    amountIdr,
    ...limits,
    subjectKind: subject[0],
    subjectId: subject[1],
    usedAt: work.now,
    undoneAt: null,
  }
  if (second !== null) await showWhoActs(work)
  // If a person decides again about the same object, the new count replaces the earlier one. For example, a
  // settlement was on hold and is now decided again.
  const { rows } = await sql<{ id: string }>`
    update limit_uses set person = ${row.person}, second_person = ${second}, receiver = ${row.receiver}, account = ${row.account},
      amount_idr = ${amountIdr}, day_limit_idr = ${row.dayLimitIdr}, week_limit_idr = ${row.weekLimitIdr}, used_at = ${work.now},
      undone_at = null
    where kind = ${kind} and subject_id = ${row.subjectId} returning id`.execute(work.tx)
  if (rows.length === 0) await insertRows(work.tx, 'limitUses', [row])
}

/**
 * The name that is stored in place of a person if nobody knows who made a decision. A decision under this
 * name counts against everybody's limits.
 */
export const LOST_DAY = 'the lost day'

/**
 * Counts a staff decision about money that was made before a database restore and is missing in the restored
 * database. Otherwise its amount could be decided a second time within the same limit. The decision counts in
 * the limit of every person, because the person who made it is not known.
 */
export async function countLost(work: Work, use: Omit<LimitUse, 'person'>): Promise<void> {
  await countUse(work, { ...use, person: LOST_DAY })
}

/**
 * Records a decision in the table of limits, unless it is recorded there already. The database requires such
 * a record even for a decision that no person made. For example, if a courier reports a lost parcel, no
 * person decides about the refund.
 */
export async function countUnlessCounted(work: Work, use: LimitUse): Promise<void> {
  const { rows } = await sql`
    select from limit_uses where kind = ${use.kind} and subject_id = ${use.subject[1]} and undone_at is null`.execute(
    work.tx,
  )
  if (rows.length === 0) await countUse(work, use)
}

/**
 * Counts a decision that takes effect at once. If it exceeds the limit, a second person must have allowed it
 * beforehand (`allowOverLimit`). That permission is then used up. A service cannot use such a permission,
 * because it is no person. `isLarge` is true if the caller has found that the decision exceeds another limit.
 * @throws kernel.second_person_needed with the command that allows it, kernel.not_a_person
 */
export async function takeLimit(work: Work, use: LimitUse, isLarge = false): Promise<void> {
  if (use.amountIdr <= 0) return
  // The limits are checked even if `isLarge` is true, because the check also locks them.
  const isOver = await isOverLimit(work, use)
  if (!isOver && !isLarge) return await countUse(work, use)
  const { kind, amountIdr } = use
  const subject = use.clearedAs ?? use.subject[1]
  const person = personOf(work.actor)
  if (!(await isPerson(work, person))) throw kernelErrors.not_a_person({ kind, amountIdr, subject })
  const second = await takeClearance(work, { kind, subject, amountIdr })
  if (second === undefined) {
    const command = allowCommand({ kind, subject, amountIdr })
    throw kernelErrors.second_person_needed({ kind, amountIdr, subject, command })
  }
  await countUse(work, use, second)
}

/** A decision of one kind about one object, up to an amount, that another person may allow beforehand. */
export interface ClearedAct {
  kind: ClearedKind
  subject: string
  amountIdr: Rupiah
}

/** Returns the command by which another person allows the decision. */
export const allowCommand = ({ kind, subject, amountIdr }: ClearedAct) =>
  `laku limits allow ${kind} ${subject} ${amountIdr}`

/**
 * Uses up another person's permission for a decision. Returns the id of the person who gave it; undefined if
 * nobody allowed the decision, or if that person is not independent of the person who acts.
 */
export async function takeClearance(
  work: Work,
  { kind, subject, amountIdr }: ClearedAct,
): Promise<string | undefined> {
  const person = personOf(work.actor)
  const { rows } = await sql<{ givenBy: string }>`
    update limit_clearances set used_by = ${person}, used_at = ${work.now}
    where id = (
      select id from limit_clearances where kind = ${kind} and subject_id = ${subject} and used_at is null
        and until > ${work.now} and amount_idr >= ${amountIdr}
        and second_person_refusal(${person}, given_by, ${work.now}) is null
      order by given_at limit 1 for no key update)
    returning given_by`.execute(work.tx)
  return rows[0]?.givenBy
}

/** Removes decisions from the limits' counts, because they were undone or their payment failed. */
export async function undoUse(work: Work, kind: LimitedKind, subjectIds: readonly string[]): Promise<void> {
  await sql`
    update limit_uses set undone_at = ${work.now}
    where kind = ${kind} and subject_id = any(${subjectIds}) and undone_at is null`.execute(work.tx)
}

/**
 * Counts decisions again that `undoUse` removed, because their money moved after all. They count from the
 * time of the decision. No limit refuses them, because the money has left already.
 */
export async function redoUse(work: Work, kind: LimitedKind, subjectIds: readonly string[]): Promise<void> {
  await sql`
    update limit_uses set undone_at = null
    where kind = ${kind} and subject_id = any(${subjectIds}) and undone_at is not null`.execute(work.tx)
}

/**
 * Returns the person who made a counted decision; undefined if it does not count. If another person allowed
 * it beforehand, that is the first person of the count. Otherwise the second person acted last.
 */
export async function actorOfUse(
  { tx }: Work,
  kind: LimitedKind,
  subjectId: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ person: string }>`
    select case when c.id is null then coalesce(u.second_person, u.person) else u.person end as person
    from limit_uses u
    left join limit_clearances c on c.kind = u.kind and c.used_by = u.person and c.used_at = u.used_at and c.given_by = u.second_person
    where u.kind = ${kind} and u.subject_id = ${subjectId} and u.undone_at is null`.execute(tx)
  return rows[0]?.person
}

export interface Clearance {
  id: string
  kind: ClearedKind
  subjectId: string
  amountIdr: Rupiah
  until: Date
}

const CLEARED_S = DAY_S

/**
 * Allows one decision over the limit, up to this amount and within a day. The second person who allows it
 * confirms with their own second factor. After that, only a person who is independent of the second person
 * may make the decision.
 * @throws kernel.reason_required, kernel.forbidden, and as requireOwnFactor
 */
export async function allowOverLimit(
  work: Work,
  input: { kind: ClearedKind; subjectId: string; amountIdr: Rupiah; reason?: string | undefined },
): Promise<Clearance> {
  requireStaff(work.actor, 'finance')
  const { kind, subjectId, amountIdr } = input
  const reason = requireReason(work, input.reason)
  await requireOwnFactor(work)
  await showWhoActs(work)
  const until = secondsAfter(work.now, CLEARED_S)
  const clearance = { id: newId(), kind, subjectId, amountIdr, until }
  await insertRows(work.tx, 'limitClearances', [
    {
      ...clearance,
      givenBy: personOf(work.actor),
      reason,
      givenAt: work.now,
      usedBy: null,
      usedAt: null,
    },
  ])
  work.audit({
    command: 'limits allow',
    subject: ['limit_clearance', clearance.id],
    after: { kind, subjectId, amountIdr, until, reason },
  })
  return clearance
}

export interface LimitView {
  budget: Budget
  /**
   * The name of the person who decided, the receiver of the money, or the fingerprint of its bank account.
   */
  who: string
  side: 'person' | 'receiver' | 'account'
  /** The kind and the object of the newest decision that counts here. */
  kind: LimitedKind
  subjectId: string
  dayIdr: Rupiah
  weekIdr: Rupiah
  dayLimitIdr: Rupiah
  weekLimitIdr: Rupiah
  /** The window in which less is left, and how much one person may still decide about in it alone. */
  window: 'day' | 'week'
  leftIdr: Rupiah
}

/** The times from which decisions count: a day and seven days ago. */
export const limitWindows = ({ now }: Pick<Work, 'now'>): { daySince: Date; weekSince: Date } => ({
  daySince: secondsAfter(now, -DAY_S),
  weekSince: secondsAfter(now, -7 * DAY_S),
})

/**
 * Lists how much of their limits people have used within seven days, and how much each receiver and each bank
 * account got. The largest amount comes first.
 */
export async function listLimits(
  { tx, now, policy }: Pick<Work, 'now' | 'policy'> & { tx: Tx },
  { budget, limit }: { budget?: Budget | undefined; limit: number },
): Promise<LimitView[]> {
  const { daySince, weekSince } = limitWindows({ now })
  const { rows } = await sql<Omit<LimitView, 'dayLimitIdr' | 'weekLimitIdr' | 'window' | 'leftIdr'>>`
    with alone as (
      select * from limit_uses where used_at > ${weekSince} and second_person is null and undone_at is null
        and receiver <> 'nobody' and ${budget ? sql`budget = ${budget}` : sql`true`}
    ), sides as (
      select u.*, s.side, s.who from alone u cross join lateral (
        values ('person', ${nameOfPerson(sql`u.person`)}), ('receiver', u.receiver), ('account', u.account)
      ) s(side, who) where s.who is not null
    )
    select budget, side, who, coalesce(sum(amount_idr) filter (where used_at > ${daySince}), 0)::int8 as day_idr,
      sum(amount_idr)::int8 as week_idr,
      (array_agg(kind order by used_at desc, id desc))[1] as kind,
      (array_agg(subject_id order by used_at desc, id desc))[1] as subject_id
    from sides group by budget, side, who order by week_idr desc, who limit ${limit}`.execute(tx)
  return rows.map((row) => {
    const limits = limitsOf(row.kind, policy)
    const dayLeft = limits.dayLimitIdr - row.dayIdr
    const weekLeft = limits.weekLimitIdr - row.weekIdr
    const window = dayLeft <= weekLeft ? 'day' : 'week'
    return { ...row, ...limits, window, leftIdr: Math.max(0, Math.min(dayLeft, weekLeft)) }
  })
}

/**
 * Replaces the fingerprints of bank accounts in the decisions that limits count. It is needed after the key
 * for fingerprints has changed.
 */
export async function recountUses(tx: Tx, fresh: readonly { id: string; account: string }[]): Promise<void> {
  await sql`
    update limit_uses u set account = f.account from jsonb_to_recordset(${asRecords(fresh)}::jsonb) as f(id uuid, account text)
    where u.id = f.id`.execute(tx)
}
