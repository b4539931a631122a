import { restoreFactory, stopBankAccount } from '../../factory/index.ts'
import type { Work } from '../../kernel/index.ts'
import { openSince } from '../../ops/index.ts'
import { idsOfPeople } from '../../staff/index.ts'
import { coolOff, restoreEmail, restorePhone } from '../../user/index.ts'
import { rejectUnsent, stopDestination } from '../../wallet/index.ts'
import {
  changersOf,
  lockChange,
  readStopToken,
  stopWayChange,
  type WayChange,
  wayInErrors,
} from '../../way-in/index.ts'
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
 * and an attention item is raised. The stop needs no log-in, and repeating it changes nothing. Returns what
 * became of the change: `undone` now, `stands` as it is, or `stopped` before, by this link or another one.
 * @throws way_in.stop_unknown, way_in.stop_too_late
 */
export async function stopChange(
  work: Work,
  token: string,
): Promise<{ change: WayChange; state: 'undone' | 'stands' | 'stopped' }> {
  const { change, state } = await stoppableChange(work, token)
  if (state === 'over') throw wayInErrors.stop_too_late()
  if (state !== 'open') return { change, state }
  const undone = await undoUnlessGivenBack(work, change)
  await stopWayChange(work, change, { undone })
  const [kind, id] = change.subject
  const since = (await openSince(work.tx, 'way_in_stopped', id)) ?? work.now
  work.audit({
    command: 'way_in stop',
    subject: change.subject,
    before: { way: change.way, changeId: change.id },
    after: { undone },
  })
  work.requestAttention({
    kind: 'way_in_stopped',
    subject: [kind, id],
    message: undone
      ? `The ${nameOf(change)} was changed back by the person who had it before. Find out who asked for the change.`
      : `The person who had it before stopped the change of the ${nameOf(change)}, but it could not be changed back. Look at it at once.`,
    command: kind === 'user' ? `laku users show ${id}` : `laku factories show ${id}`,
    details: {
      changeId: change.id,
      by: change.changedBy,
      byIds: await idsOfPeople(work.tx, await changersOf(work, change, since)),
      audit: `laku audit list --subject ${id}`,
    },
  })
  return { change, state: undone ? 'undone' : 'stands' }
}

const nameOf = ({ subject, way }: WayChange) => `${way.replace('_', ' ')} of this ${subject[0]}`

/**
 * Undoes a change that its owner stopped. If that change or a later one gave the number or address back to
 * its earlier holder, nothing is undone, because a thief who had it in between could take it a second time.
 * No money leaves until a person has looked at it.
 */
async function undoUnlessGivenBack(work: Work, change: WayChange): Promise<boolean> {
  if (!(await holdersOf(work, change)).gaveBack) return await undo(work, change)
  const [kind, id] = change.subject
  if (kind === 'user') await coolOff(work, id)
  return false
}

/**
 * Undoes a change that its owner stopped. If the bank account was changed, the new account is stopped.
 * Otherwise the value from before the change is restored. Returns whether that succeeded.
 */
async function undo(
  work: Work,
  { subject: [kind, id], way, old, accountId, changedAt }: WayChange,
): Promise<boolean> {
  if (kind === 'factory') {
    if (way === 'bank_account') return accountId !== null && (await stopBankAccount(work, accountId))
    await restoreFactory(work, id, way, old)
    return true
  }
  if (way === 'phone') {
    if (old === null) return false
    await freeNumber(work, { phone: old, userId: id, since: changedAt })
    const isRestored = await restorePhone(work, id, old)
    // Otherwise a thief could withdraw before a person has looked at the account.
    if (!isRestored) await coolOff(work, id)
    return isRestored
  }
  if (way === 'email') {
    await restoreEmail(work, id, old)
    return true
  }
  if (way !== 'bank_account' || accountId === null) return false
  await stopDestination(work, accountId)
  await rejectUnsent(work, accountId)
  await coolOff(work, id)
  return true
}
