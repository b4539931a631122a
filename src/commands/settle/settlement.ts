import { z } from 'zod'
import type { CommandContext } from '../../cli/define/context.ts'
import { type Block, type Column, tableOf } from '../../cli/output/table.ts'
import type { SettlementView } from '../../domain/settlement/index.ts'

/** The argument that names a settlement on the command line. */
export const settlementArgument = { name: 'settlement', description: 'the UUID or code of the settlement' }
export const settlementInput = z.object({ settlement: z.string() })

/** The options that choose which sales are settled: by their due day, and by their factory. */
export const periodOptions = [
  { flags: '--through <date>', description: 'settle what is due by the end of this day in Jakarta (today)' },
  { flags: '--factory <id>', description: 'only of this factory (UUID)' },
]
export const periodInput = { through: z.string().optional(), factory: z.uuid().optional() }

/** Returns the date that an option names. The option's text may be a date, or a word like `yesterday`. */
export async function dateOf(
  context: CommandContext,
  through: string | undefined,
): Promise<string | undefined> {
  if (through === undefined || /^\d{4}-\d\d-\d\d$/.test(through)) return through
  const { jakartaDate } = await import('../../domain/kernel/index.ts')
  return jakartaDate(await context.instant(through, '--through'))
}

const columns: readonly Column<SettlementView>[] = [
  { name: 'code', kind: 'code', value: (row) => row.code },
  { name: 'factory', value: (row) => row.factory.name },
  { name: 'status', kind: 'status', value: (row) => row.status },
  { name: 'items', kind: 'number', value: (row) => row.items },
  { name: 'gross_idr', kind: 'idr', value: (row) => row.grossIdr },
  { name: 'commission_idr', kind: 'idr', value: (row) => row.commissionIdr },
  { name: 'refunds_idr', kind: 'idr', value: (row) => row.refundsIdr },
  { name: 'carried_idr', kind: 'idr', value: (row) => row.carriedIdr },
  { name: 'net_idr', kind: 'idr', value: (row) => row.netIdr },
]

/** Returns settlements in the form for people, with their total. */
export function reportOfAll(settlements: readonly SettlementView[], total: string): Block[] {
  if (settlements.length === 0)
    return ['Nothing is due. Delivered orders are due after seven days; try a later --through.']
  return [tableOf(columns, settlements), `Together: ${total}`]
}

/**
 * Returns the code of a settlement, which must be typed to confirm a severe change, and a sentence about the
 * consequence of paying the settlement.
 */
export async function paymentOf(
  context: CommandContext,
  named: string,
): Promise<{ code: string; consequence: string }> {
  const { formatIdr } = await import('../../domain/kernel/index.ts')
  const { getSettlement } = await import('../../domain/settlement/index.ts')
  const { code, factory, netIdr } = await context.read((work) => getSettlement(work.tx, named))
  return { code, consequence: `sends ${formatIdr(netIdr)} to ${factory.name}` }
}
