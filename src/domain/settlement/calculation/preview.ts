import { factoriesById, getFactory } from '../../factory/index.ts'
import { requireStaff, type Work } from '../../kernel/index.ts'
import { isSettled, periodThrough, totalsOf } from '../rules.ts'
import { reportOf, type SettlementReport, type SettlementView } from '../views.ts'
import { carriedView } from './calculate.ts'
import { readDueLines } from './due-lines.ts'

export interface SettlementQuery {
  /**
   * The business date (Asia/Jakarta), such as `2026-11-20`, through which settlement lines are due. Default:
   * today.
   */
  through?: string | undefined
  /** The id of the one factory to settle. Default: all factories. */
  factoryId?: string | undefined
}

/**
 * Returns the settlements that a settlement run through this date would create, and the amounts that it would
 * carry over. Changes nothing.
 * @throws settlement.through_invalid, factory.not_found, kernel.forbidden
 */
export async function previewSettlements(work: Work, query: SettlementQuery): Promise<SettlementReport> {
  requireStaff(work.actor, 'finance', 'support', 'service')
  const period = periodThrough(query.through, work.now, work.policy)
  if (query.factoryId) await getFactory(work.tx, query.factoryId)
  const lines = await readDueLines(work.tx, period, query.factoryId)
  const by = Map.groupBy(lines, (line) => line.factoryId)
  const factories = await factoriesById(work.tx, [...by.keys()])
  const views = [...by].map(([id, due]): SettlementView => {
    const factory = { id, name: factories.get(id)?.name ?? id }
    const totals = totalsOf(due)
    if (!isSettled(totals.netIdr, work.policy)) return carriedView(factory, due, period)
    return { factory, through: period.through, ...totals, carriedIdr: 0, status: 'planned' }
  })
  return reportOf(views)
}
