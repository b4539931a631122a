import { actorLabel, insertRows, newId, type Work } from '../kernel/index.ts'

/**
 * Records a factory's new commission rate, in basis points, and who set it. A session keeps the rate of the
 * time when it was created.
 */
export async function recordCommission(work: Work, factoryId: string, commissionBps: number): Promise<void> {
  const row = { id: newId(), factoryId, commissionBps, since: work.now, setBy: actorLabel(work.actor) }
  await insertRows(work.tx, 'commissionHistory', [row])
}

/** Returns a factory's commission rates, the newest first. */
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
