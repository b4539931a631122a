import { sql } from 'kysely'
import type { Work } from '../kernel/index.ts'
import { type Budget, type LimitView, limitWindows, listLimits } from '../ops/index.ts'
import { shownReceiving } from '../suspense/index.ts'
import { getWithdrawal } from '../wallet/index.ts'

export interface ShownLimit extends Omit<LimitView, 'kind' | 'subjectId'> {
  /** The receiver as the limits count it (`user:…`, `factory:…`, `suspense:…`); null for other sides. */
  id: string | null
}

export interface ShownLimits {
  /** The times from which decisions count in the window of a day and of seven days. */
  daySince: Date
  weekSince: Date
  limits: ShownLimit[]
}

/**
 * Lists how much of the limits is used, for a person to read: people, receivers and bank accounts have names
 * in place of ids.
 */
export async function showLimits(
  work: Pick<Work, 'tx' | 'vault' | 'now' | 'policy'>,
  asked: { budget?: Budget | undefined; limit: number },
): Promise<ShownLimits> {
  const rows = await listLimits(work, asked)
  const names = await namesOf(
    work,
    rows.flatMap(({ side, who }) => (side === 'receiver' ? [who] : [])),
  )
  const limits: ShownLimit[] = []
  for (const { kind, subjectId, ...row } of rows) {
    const { side, who } = row
    if (side === 'account') limits.push({ ...row, id: null, who: await accountName(work, kind, subjectId) })
    else if (side === 'receiver') limits.push({ ...row, id: who, who: names.get(who) ?? receiverName(who) })
    else limits.push({ ...row, id: null })
  }
  return { ...limitWindows(work), limits }
}

/** Returns the names of users and factories by the receivers that limits count. */
async function namesOf({ tx }: Pick<Work, 'tx'>, receivers: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ receiver: string; name: string }>`
    select 'user:' || id as receiver, coalesce(nullif(name, ''), phone, 'a user without a name') as name
    from users where 'user:' || id = any(${receivers})
    union all
    select 'factory:' || id, name from factories where 'factory:' || id = any(${receivers})`.execute(tx)
  return new Map(rows.map(({ receiver, name }) => [receiver, name]))
}

/** Names a receiver that is no user and no factory. */
const receiverName = (receiver: string): string =>
  receiver === 'suspense:unknown'
    ? 'somebody unknown (money in suspense)'
    : receiver.startsWith('suspense:')
      ? `money in suspense: ${receiver.slice('suspense:'.length)}`
      : receiver

/** Names a bank account by a decision about its money: the bank, and the last digits of the number. */
async function accountName(
  work: Pick<Work, 'tx' | 'vault'>,
  kind: LimitView['kind'],
  subjectId: string,
): Promise<string> {
  const id = subjectId.split(':')[0] ?? subjectId
  if (kind !== 'withdrawal')
    return (await shownReceiving(work.tx, work.vault, id)) ?? 'an account that was erased'
  const { bank, account } = await getWithdrawal(work, id)
  return `${bank} ${account}`
}
