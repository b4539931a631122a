import { z } from 'zod'
import { defineShow, section } from '../../cli/define/command.ts'
import { formatTime } from '../../cli/output/format.ts'

// By default, a page has 50 ledger postings, because a person reads them. A script may ask for up to 5,000: a
// session with ten thousand buyers has thirty thousand postings, and so six pages.
const SHOWN = 50
const MAX_POSTINGS = 5_000

export const explain = defineShow({
  name: 'explain',
  description:
    'Explain in plain words where money came from and went: all postings about a thing, the first one first.',
  args: [
    {
      name: 'thing',
      description:
        'a session, payment, order, refund, settlement, withdrawal or parcel (UUID or code), an order item (UUID, or ORD-…/SKU), an account, or an amount in rupiah',
    },
  ],
  options: [
    { flags: '--limit <count>', description: `the number of postings, 1 to ${MAX_POSTINGS} (${SHOWN})` },
    {
      flags: '--cursor <cursor>',
      description: 'the cursor that the page before printed; it shows the next page',
    },
  ],
  input: z.object({
    thing: z.string().min(1),
    limit: z.coerce.number().int().min(1).max(MAX_POSTINGS).default(SHOWN),
    cursor: z
      .string()
      .regex(/^\d{1,15}$/, 'it takes the next_cursor of the page before')
      .optional(),
  }),
  examples: [
    'laku ledger explain GBS-261123-7K3QX2',
    'laku ledger explain ORD-261123-7K3QX2ABCD/KAOS-M',
    'laku ledger explain "Rp 1.250.000"',
    'laku ledger explain gateway --limit 500 --json',
  ],
  run: async (context, { thing, limit, cursor }) => {
    const { explain } = await import('../../domain/composition/explain.ts')
    const explanation = await context.read((work) => explain(work.tx, thing, { limit, cursor }))
    if (explanation.nextCursor && !context.output.json)
      context.output.note(`There is more: --cursor ${explanation.nextCursor}`)
    return explanation
  },
  fields: [
    { name: 'what', value: (explanation) => explanation.what },
    { name: 'code', kind: 'code', value: (explanation) => explanation.code },
    { name: 'id', kind: 'code', value: (explanation) => explanation.id },
    { name: 'facts', heading: 'known', value: (explanation) => explanation.facts.join(' ') },
  ],
  sections: ({ postings, sums }) => [
    ...postings.map((posting) =>
      section(
        `${formatTime(posting.occurredAt)}  ${posting.inWords} (${posting.key})`,
        [
          { name: 'in_words', heading: 'on', value: (row) => row.inWords },
          { name: 'account', kind: 'code', value: (row) => row.account },
          { name: 'change_idr', kind: 'idr', value: (row) => row.changeIdr },
          {
            name: 'running_idr',
            heading: 'so far',
            kind: 'idr',
            spare: true,
            value: (row) => row.runningIdr,
          },
        ],
        posting.entries,
      ),
    ),
    section(
      'The sums of all postings',
      [
        { name: 'in_words', heading: 'on', value: (row) => row.inWords },
        { name: 'account', kind: 'code', value: (row) => row.account },
        { name: 'balance_idr', kind: 'idr', value: (row) => row.balanceIdr },
      ],
      sums,
    ),
  ],
})
