import { z } from 'zod'
import { type Ask, defineAsking } from '../../cli/define/asking.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import { gatewayContext } from './gateway.ts'

export const adopt = defineAsking({
  name: 'adopt',
  isLong: true,
  description:
    'After a restore or a move: take over what the provider knows and this database does not, then allow money to move again.',
  input: z.object({}),
  examples: [
    'laku payments adopt --dry-run',
    'laku payments adopt --reason "restored the backup of 06:00; the old server is off"',
  ],
  intend: async (work): Promise<Ask[]> => {
    const { intendAdoption } = await import('../../domain/composition/restore/adopt-provider.ts')
    const { since } = await intendAdoption(work)
    const from = since?.toISOString() ?? 'its beginning'
    return [
      { provider: 'xendit', what: `its transaction list since ${from}` },
      {
        provider: 'xendit',
        what: 'the state of each payment, refund and payout that differs from its transaction list',
      },
    ]
  },
  run: async ({ context, actor }) => {
    const { adoptProvider } = await import('../../domain/composition/restore/adopt-provider.ts')
    const { placeOf } = await import('../../runtime/connect.ts')
    const [{ urls }, { payouts }] = await Promise.all([context.laku(), context.providers()])
    const gateway = await gatewayContext(context)
    return await adoptProvider({ ...gateway, actor, payouts, place: placeOf(urls.direct) }, (lines) =>
      context.output.note(`${lines} lines read`),
    )
  },
  done: ({ transactions, followed, adopted, refunds, open, done }) =>
    [
      `Read ${transactions} lines of the provider's transaction list, and brought ${followed} payments, refunds and payouts up to date.`,
      ...adopted.map(
        ({ reference, to, id, amountIdr }) => `${reference}: ${formatIdr(amountIdr)} went to ${to} ${id}.`,
      ),
      ...refunds.map(
        ({ code, payment, amountIdr }) =>
          `${code}: ${formatIdr(amountIdr)} went back ${payment ? `of ${payment}` : 'out of quarantine'}.`,
      ),
      ...open.map(
        ({ code, amountIdr, command }) =>
          `${code}: ${formatIdr(amountIdr)} cannot be assigned yet: ${command}`,
      ),
      done
        ? 'Money moves again. Before the next laku settle export say which files the bank has since the backup: laku settle batches adopt FILE, and --complete with the last, or alone where none left.'
        : 'No money moves until these are disposed of, or have ended at the provider. Then run the command again.',
    ].join('\n'),
})
