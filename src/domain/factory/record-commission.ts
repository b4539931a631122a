import { actorLabel, insertRows, newId, type Work } from '../kernel/index.ts'

/**
 * Writes down which rate, in basis points, a factory has from now on, and who set it. Sessions keep the rate
 * of their making.
 */
export async function recordCommission(work: Work, factoryId: string, commissionBps: number): Promise<void> {
  const row = { id: newId(), factoryId, commissionBps, since: work.now, setBy: actorLabel(work.actor) }
  await insertRows(work.tx, 'commissionHistory', [row])
}

/** A factory's rates, the newest first. */
export async function commissionHistoryOf(
  work: Work,
  factoryId: string,
): Promise<{ commissionBps: number; since: Date; setBy: string }[]> {
  return await work.tx
    .selectFrom('commissionHistory')
    .select(['commissionBps', 'since', 'setBy'])
    .where('factoryId', '=', factoryId)
    .orderBy('since', 'desc')
    .orderBy('id', 'desc')
    .execute()
}
