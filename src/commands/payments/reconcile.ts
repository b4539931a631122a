import { z } from 'zod'
import { defineTask, section } from '../../cli/define/command.ts'
import { exitCodes, usageError } from '../../cli/errors/cli-error.ts'
import { sectionBlock } from '../../cli/run/show.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import { gatewayContext } from './gateway.ts'

export const reconcile = defineTask({
  name: 'reconcile',
  isLong: true,
  exits: [8],
  description:
    "Compare our gateway account with the provider's list, line by line. Exits with 8 if they differ.",
  options: [
    {
      flags: '--since <time>',
      description: 'only lines made since this time: ISO 8601, -2d, yesterday (all)',
    },
    { flags: '--until <time>', description: 'only lines made before this time (now)' },
  ],
  reads: true,
  input: z.object({ since: z.string().optional(), until: z.string().optional() }),
  examples: [
    'laku payments reconcile --since -2d',
    'laku payments reconcile --since 2026-11-01 --until 2026-12-01 --json',
  ],
  run: async (context, { since, until }) => {
    const { requireStaff } = await import('../../domain/kernel/index.ts')
    const { reconcileGateway } = await import('../../domain/payment/index.ts')
    const gateway = await gatewayContext(context)
    requireStaff(gateway.actor, 'finance')
    const period = {
      since: since === undefined ? undefined : await context.instant(since, '--since'),
      until: until === undefined ? undefined : await context.instant(until, '--until'),
    }
    if (period.since && period.until && period.since >= period.until)
      throw usageError('--since is not before --until. Give an earlier --since.')
    const found = await reconcileGateway(gateway, period)
    const { ok, differences, transactions, notDue, gatewayIdr, inFlightIdr, providerIdr } = found
    const totals = `Our gateway account has ${formatIdr(gatewayIdr)}, ${formatIdr(inFlightIdr)} of it on the way out; the provider says ${formatIdr(providerIdr)}.`
    const young = notDue > 0 ? ` ${notDue} more are only minutes old and not compared yet.` : ''
    if (ok)
      return {
        json: found,
        text: `Our ledger and the provider's list agree on ${transactions} lines.${young} ${totals}`,
      }
    const table = section(
      'Differences',
      [
        { name: 'kind', value: (row) => row.kind },
        { name: 'type', value: (row) => row.type },
        { name: 'reference', kind: 'code', value: (row) => row.reference },
        { name: 'ours_idr', heading: 'ours', kind: 'idr', value: (row) => row.oursIdr },
        { name: 'theirs_idr', heading: 'theirs', kind: 'idr', value: (row) => row.theirsIdr },
        {
          name: 'transaction_id',
          heading: 'their line',
          kind: 'code',
          spare: true,
          value: (row) => row.transactionId,
        },
        { name: 'command', heading: 'what fixes it', value: (row) => row.command },
      ],
      differences,
    )
    const text = [sectionBlock(table), totals]
    return { json: found, text, exitCode: exitCodes.found }
  },
})
