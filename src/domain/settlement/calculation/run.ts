import { factoriesById, getFactory } from '../../factory/index.ts'
import {
  type Actor,
  DomainError,
  requireStaff,
  type UnitOfWork,
  type Work,
  type WorkReport,
} from '../../kernel/index.ts'
import { errorText, setAside } from '../../ops/index.ts'
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

/** A factory that was not settled because its calculation threw, and the text of the error. */
export interface FailedFactory {
  factory: { id: string; name: string }
  error: { message: string }
}

/**
 * Calculates the settlements through this date from the lines that `gatherLines` wrote before. All factories
 * are calculated in one transaction. If the calculation of one factory throws, its changes are undone, an
 * attention item is raised, and the other factories are calculated.
 * @throws settlement.through_invalid, factory.not_found, kernel.forbidden, database_in_doubt
 */
export async function calculateSettlements(
  work: Work,
  query: SettlementQuery,
): Promise<SettlementReport & { failed?: FailedFactory[] }> {
  const { period, factories } = await findDue(work, query)
  const views: SettlementView[] = []
  const failed: FailedFactory[] = []
  for (const factory of factories) {
    const calculated = await work.attempt(() => calculateSettlement(work, factory, period))
    if ('done' in calculated) views.push(...calculated.done)
    else if (calculated.error instanceof DomainError) throw calculated.error
    else {
      const message = errorText(calculated.error)
      failed.push({ factory, error: { message } })
      work.requestAttention({ kind: 'item_set_aside', ...toldOf(factory, message) })
    }
  }
  return failed.length > 0 ? { ...reportOf(views), failed } : reportOf(views)
}

const toldOf = ({ id, name }: { id: string; name: string }, message?: string) => ({
  subject: ['factory', id] as [string, string],
  message: `The settlement of ${name} could not be calculated, and the other factories went on. Fix the cause, then run it again.${message === undefined ? '' : ` Error: ${message}`}`,
  command: `laku settle run --factory ${id}`,
})

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

/** The number of factories that a dry run calculates in one transaction. */
const DRY_PAGE = 500

/**
 * Calculates the settlements through this date and undoes them again. Each factory has the same outcome as in
 * a real run: a factory whose calculation throws does not affect the others.
 * @throws as runSettlements
 */
export async function dryRunSettlements(
  context: { unitOfWork: UnitOfWork; actor: Actor },
  query: SettlementQuery,
): Promise<{ outcomes: FactoryOutcome[]; reports: WorkReport[] }> {
  const { unitOfWork, actor } = context
  await gatherLines(context)
  const { period, factories } = await unitOfWork.run(actor, (work) => findDue(work, query))
  const outcomes: FactoryOutcome[] = []
  const reports: WorkReport[] = []
  while (outcomes.length < factories.length) {
    const page = factories.slice(outcomes.length, outcomes.length + DRY_PAGE)
    const dry = await unitOfWork.dryRunInTurn(
      page.map((factory) => ({ actor, use: (work: Work) => calculateSettlement(work, factory, period) })),
    )
    for (const [i, outcome] of dry.entries()) {
      const factory = page[i] as Due['factories'][number]
      if ('error' in outcome) outcomes.push({ factory, settlements: [], error: outcome.error })
      else {
        outcomes.push({ factory, settlements: outcome.result })
        reports.push(outcome.report)
      }
    }
  }
  return { outcomes, reports }
}

async function settle(
  context: { unitOfWork: UnitOfWork; actor: Actor },
  factory: { id: string; name: string },
  period: Period,
): Promise<FactoryOutcome> {
  const { unitOfWork, actor } = context
  try {
    const settlements = await unitOfWork.run(actor, (work) => calculateSettlement(work, factory, period))
    return { factory, settlements }
  } catch (error) {
    // A rule of laku that refuses a factory is told in the answer. Any other error is a fault that somebody
    // must look at, also where cron runs the command.
    if (!(error instanceof DomainError)) await setAside(context, factory, error, async () => toldOf(factory))
    return { factory, settlements: [], error }
  }
}
