import { restoreFactory, stopBankAccount } from '../../factory/index.ts'
import type { Work } from '../../kernel/index.ts'
import { openSince } from '../../ops/index.ts'
import { idsOfPeople } from '../../staff/index.ts'
import { coolOff, restoreEmail, restorePhone } from '../../user/index.ts'
import { rejectClosing, rejectUnsent, stopDestination } from '../../wallet/index.ts'
import {
  changersOf,
  changesOf,
  lockChange,
  readStopToken,
  stopWayChange,
  type Way,
  type WayChange,
  wayInErrors,
} from '../../way-in/index.ts'
import { doneSince } from './done-since.ts'
import { freeNumber } from './free-number.ts'
import { holdersOf } from './holders.ts'

export interface StoppableChange {
  change: WayChange
  /**
   * `open`: the link can stop the change. `stopped`: this link or another one stopped it, and it was changed
   * back. `stands`: it was stopped, but nothing was changed back. `over`: its time is over.
   */
  state: 'open' | 'stopped' | 'stands' | 'over'
}

/**
 * Returns the change of a phone, email, tax number or bank account that a stop link names, and whether the
 * link can still stop it.
 * @throws way_in.stop_unknown
 */
export async function stoppableChange(work: Work, token: string): Promise<StoppableChange> {
  const changeId = readStopToken(work.vault, token)
  const change = changeId === undefined ? undefined : await lockChange(work, changeId)
  if (!change) throw wayInErrors.stop_unknown()
  if (change.stoppedAt !== null) return { change, state: change.stands ? 'stands' : 'stopped' }
  return { change, state: change.stoppableUntil <= work.now ? 'over' : 'open' }
}

/**
 * Stops a change of a phone, email, tax number or bank account, and restores the old value. The previous
 * owner asks for this by the link in a notice.
 *
 * The log-ins of the user end (choreography: way_in.stopped), the waiting time for withdrawals starts again,
 * bank accounts added since are stopped with their withdrawals, and an attention item is raised. The stop
 * needs no log-in, and repeating it changes nothing. Returns what became of the change: `undone` now,
 * `stands` as it is, or `stopped` before, by this link or another one; and whether money was sent to a bank
 * account that was added since.
 * @throws way_in.stop_unknown, way_in.stop_too_late
 */
export async function stopChange(
  work: Work,
  token: string,
): Promise<{ change: WayChange; state: 'undone' | 'stands' | 'stopped'; moneyLeft: boolean }> {
  const { change, state } = await stoppableChange(work, token)
  if (state === 'over') throw wayInErrors.stop_too_late()
  if (state !== 'open') return { change, state, moneyLeft: false }
  const own = await undoUnlessGivenBack(work, change)
  const undone = own.isUndone
  await stopWayChange(work, change, { undone })
  const followed = await stopWhatFollowed(work, change, own)
  const [kind, id] = change.subject
  const since = (await openSince(work.tx, 'way_in_stopped', id)) ?? work.now
  work.audit({
    command: 'way_in stop',
    subject: change.subject,
    before: { way: change.way, changeId: change.id },
    after: { undone, ...followed },
  })
  const changedBack = undone
    ? `The ${nameOf(change)} was changed back by the person who had it before. Find out who asked for the change.`
    : `The person who had it before stopped the change of the ${nameOf(change)}, but it could not be changed back. Look at it at once.`
  work.requestAttention({
    kind: 'way_in_stopped',
    subject: [kind, id],
    message: [changedBack, ...wordsOf(followed), ...(await doneSince(work, change))].join(' '),
    command: kind === 'user' ? `laku users show ${id}` : `laku factories show ${id}`,
    details: {
      changeId: change.id,
      by: change.changedBy,
      byIds: await idsOfPeople(work.tx, await changersOf(work, change, since)),
      audit: `laku audit list --subject ${id}`,
    },
  })
  return { change, state: undone ? 'undone' : 'stands', moneyLeft: followed.sent.length > 0 }
}

/** The consequences of a stopped change: things that were stopped with it, and things left for a person. */
interface Followed extends Pick<Undone, 'rejected' | 'sent'> {
  /** How many bank accounts that were added later were stopped. */
  accountsStopped: number
  /** The kinds of the later changes that nothing stopped. */
  standing: Way[]
}

/**
 * Stops what was done with a phone number, email address or tax number after the change that its holder
 * stopped. No money goes to a bank account that was added since, whoever added it. An email address that was
 * set with the number in between would receive codes, so it is taken back too. An account that was closed
 * since stays open, also where its money would go to a bank account from before. A number is not taken back,
 * because its own holder was notified.
 */
async function stopWhatFollowed(work: Work, change: WayChange, own: Undone): Promise<Followed> {
  const { rejected, sent } = own
  const followed: Followed = { accountsStopped: 0, rejected: [...rejected], sent: [...sent], standing: [] }
  if (change.way === 'bank_account') return followed
  const [kind, id] = change.subject
  if (kind === 'user') followed.rejected.push(...(await rejectClosing(work, id, change.id)))
  const since = await changesOf(work, change.subject, change.changedAt)
  // Ids are in the order of time, also within one millisecond.
  const later = since.filter((other) => other.id > change.id && other.stoppedAt === null)
  const takesEmailBack = own.isUndone && change.way === 'phone'
  // The oldest change of the address restores the address from before, and stops the newer ones with it.
  const firstEmail = later.find(({ way }) => way === 'email')
  for (const laterChange of later) {
    const isAccount = laterChange.way === 'bank_account'
    if (!isAccount && !(takesEmailBack && laterChange.way === 'email')) {
      followed.standing.push(laterChange.way)
      continue
    }
    if (!isAccount && laterChange !== firstEmail) continue
    const { isUndone, ...withdrawals } = await undo(work, laterChange)
    await stopWayChange(work, laterChange, { undone: isUndone })
    if (!isUndone) followed.standing.push(laterChange.way)
    else if (isAccount) followed.accountsStopped += 1
    followed.rejected.push(...withdrawals.rejected)
    followed.sent.push(...withdrawals.sent)
  }
  return followed
}

function wordsOf({ accountsStopped, rejected, sent, standing }: Followed): string[] {
  const words: string[] = []
  if (accountsStopped > 0)
    words.push(`Bank accounts added since were stopped (${accountsStopped}): nothing is sent to them.`)
  if (rejected.length > 0) words.push(`Withdrawals were rejected: ${rejected.join(', ')}.`)
  if (sent.length > 0) words.push(`Withdrawals to a stopped account were sent before: ${sent.join(', ')}.`)
  if (standing.length > 0)
    words.push(`Nothing stopped these later changes: ${[...new Set(standing.map(nameOfWay))].join(', ')}.`)
  return words
}

const nameOfWay = (way: Way) => way.replace('_', ' ')

const nameOf = ({ subject, way }: WayChange) => `${nameOfWay(way)} of this ${subject[0]}`

/**
 * Undoes a change that its owner stopped. If that change or a later one gave the number or address back to
 * its earlier holder, nothing is undone, because a thief who had it in between could take it a second time.
 * No money leaves until a person has looked at it.
 */
async function undoUnlessGivenBack(work: Work, change: WayChange): Promise<Undone> {
  if (!(await holdersOf(work, change)).gaveBack) return await undo(work, change)
  const [kind, id] = change.subject
  if (kind === 'user') await coolOff(work, id)
  return withoutMoney(false)
}

/** The result of undoing a change. */
interface Undone {
  /** Whether the value from before is back, or nothing is sent to the new bank account any more. */
  isUndone: boolean
  /** The codes of withdrawals to the bank account that were rejected. Their money is back in the wallet. */
  rejected: string[]
  /** The codes of withdrawals to the bank account that were sent before. */
  sent: string[]
}

const withoutMoney = (isUndone: boolean): Undone => ({ isUndone, rejected: [], sent: [] })

/**
 * Undoes a change that its owner stopped. If a bank account was added, it is stopped. Otherwise the value
 * from before the change is restored.
 */
async function undo(
  work: Work,
  { subject: [kind, id], way, old, accountId, changedAt }: WayChange,
): Promise<Undone> {
  if (kind === 'factory') {
    if (way === 'bank_account')
      return withoutMoney(accountId !== null && (await stopBankAccount(work, accountId)))
    await restoreFactory(work, id, way, old)
    return withoutMoney(true)
  }
  if (way === 'phone') {
    if (old === null) return withoutMoney(false)
    await freeNumber(work, { phone: old, userId: id, since: changedAt })
    const isRestored = await restorePhone(work, id, old)
    // Otherwise a thief could withdraw before a person has looked at the account.
    if (!isRestored) await coolOff(work, id)
    return withoutMoney(isRestored)
  }
  if (way === 'email') {
    await restoreEmail(work, id, old)
    return withoutMoney(true)
  }
  if (way !== 'bank_account' || accountId === null) return withoutMoney(false)
  await stopDestination(work, accountId)
  const withdrawals = await rejectUnsent(work, accountId)
  await coolOff(work, id)
  return { isUndone: true, ...withdrawals }
}
