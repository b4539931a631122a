import { factoriesById, getFactory } from '../../factory/index.ts'
import { type Actor, requireStaff, type UnitOfWork, type Work } from '../../kernel/index.ts'
import { type Period, periodThrough } from '../rules.ts'
import { reportOf, type SettlementReport, type SettlementView } from '../views.ts'
import { calculateSettlement } from './calculate.ts'
import { dueFactories } from './due-lines.ts'
import { gatherLines } from './gather-lines.ts'
import type { SettlementQuery } from './preview.ts'

interface Due {
  period: Period
  factories: { id: string; name: string }[]
}

/** Finds the factories that have something to settle, in the order of their ids. */
async function findDue(work: Work, query: SettlementQuery): Promise<Due> {
  requireStaff(work.actor, 'finance', 'service')
  const period = periodThrough(query.through, work.now, work.policy)
  if (query.factoryId) await getFactory(work.tx, query.factoryId)
  const ids = await dueFactories(work.tx, period, query.factoryId)
  const known = await factoriesById(work.tx, ids)
  return { period, factories: ids.map((id) => ({ id, name: known.get(id)?.name ?? id })) }
}

/**
 * Calculates the settlements through this date from the lines that `gatherLines` wrote before. All factories
 * are calculated in one transaction: if one fails, nothing changes.
 * @throws settlement.through_invalid, factory.not_found, kernel.forbidden
 */
export async function calculateSettlements(work: Work, query: SettlementQuery): Promise<SettlementReport> {
  const { period, factories } = await findDue(work, query)
  const views: SettlementView[] = []
  for (const factory of factories) views.push(...(await calculateSettlement(work, factory, period)))
  return reportOf(views)
}

export interface FactoryOutcome {
  factory: { id: string; name: string }
  settlements: SettlementView[]
  /** The error because of which this factory was not settled; the other factories were settled. */
  error?: unknown
}

/**
 * Calculates the settlements through this date, each factory in its own transaction, and reports each factory
 * when it is done. If the run is killed, the reported factories' settlements are saved. A second run
 * calculates the rest.
 * @throws settlement.through_invalid, factory.not_found, kernel.forbidden
 */
export async function runSettlements(
  context: { unitOfWork: UnitOfWork; actor: Actor },
  query: SettlementQuery,
  onFactory: (outcome: FactoryOutcome, done: number, of: number) => void = () => {},
): Promise<FactoryOutcome[]> {
  const { unitOfWork, actor } = context
  await gatherLines(context)
  const { period, factories } = await unitOfWork.run(actor, (work) => findDue(work, query))
  const outcomes: FactoryOutcome[] = []
  for (const factory of factories) {
    const outcome = await settle(context, factory, period)
    outcomes.push(outcome)
    onFactory(outcome, outcomes.length, factories.length)
  }
  return outcomes
}

async function settle(
  { unitOfWork, actor }: { unitOfWork: UnitOfWork; actor: Actor },
  factory: { id: string; name: string },
  period: Period,
): Promise<FactoryOutcome> {
  try {
    const settlements = await unitOfWork.run(actor, (work) => calculateSettlement(work, factory, period))
    return { factory, settlements }
  } catch (error) {
    return { factory, settlements: [], error }
  }
}
