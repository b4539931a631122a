import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allCommands } from '../../src/commands/tree.ts'
import { runLaku } from '../command-line.ts'
import { CommandScenes } from './command-scenes.ts'

interface Body {
  type?: string
  additionalProperties?: boolean
  anyOf?: Body[]
}
type Routes = Record<string, { requestBody?: { content?: Record<string, { schema?: Body }> } }>
const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as { paths: Record<string, Routes> }
const commands = await allCommands()
const takesReason = new Set(
  commands
    .filter(({ definition }) => definition.options.some(({ flags }) => flags.startsWith('--reason ')))
    .map(({ path }) => path.join(' ')),
)

let scenes: CommandScenes
beforeAll(async () => {
  scenes = await CommandScenes.open()
})
afterAll(() => scenes?.close())

type Words = readonly string[]
interface Meaningless {
  verb: string
  /** The use without a meaning, in words. */
  what: string
  words: (s: CommandScenes) => Promise<Words>
  /**
   * The expected exit code: 2 if the command line alone is wrong, 5 if the state is wrong, 3 if the named
   * object does not exist.
   */
  ends: 2 | 5 | 3
  /** The text that the refusal must name. */
  names: string
}

/** The approvals that take --seen, each with an object about which nothing changed since it was asked for. */
const approvals: Record<string, (s: CommandScenes) => Promise<string>> = {
  'wallets adjustments approve': (s) => s.adjustment(),
  'refunds approve': (s) => s.refund(10),
  'settle approve': (s) => s.settlement(),
  'wallets withdrawals approve': (s) => withdrawalIn(s),
  'suspense approve': (s) => s.suspendedAsked(),
}

const confirmed = (code: string) => [code, '--confirm', code]
const uuid = '01990000-0000-7000-8000-00000000000f'

const chargeback = async (s: CommandScenes) => {
  const { code } = await s.ask('payments', 'show', await s.paidAtSource())
  return [...confirmed(code), '--transaction', `cb-${s.next()}`, '--amount', '5000']
}
const withdrawalIn = async (s: CommandScenes) => (await s.withdrawal()).code

/** For each option of these nouns: a state, or another option, with which it makes no sense. */
const table: readonly Meaningless[] = [
  {
    verb: 'payments chargeback',
    what: '--another beside --same-as',
    words: async (s) => [...(await chargeback(s)), '--another', '--same-as', 'cb-x'],
    ends: 2,
    names: '--same-as',
  },
  {
    verb: 'payments chargeback',
    what: '--another where none is booked',
    words: async (s) => [...(await chargeback(s)), '--another'],
    ends: 5,
    names: '--another',
  },
  {
    verb: 'payments chargeback',
    what: '--move of one that is booked nowhere',
    words: async (s) => [...(await chargeback(s)), '--move'],
    ends: 3,
    names: 'chargeback',
  },
  {
    verb: 'payments chargeback',
    what: '--same-as one that nobody booked',
    words: async (s) => [...(await chargeback(s)), '--same-as', 'cb-x'],
    ends: 3,
    names: 'chargeback',
  },
  {
    verb: 'payments claim',
    what: '--collect with --write-off',
    words: async (s) => [await s.owed(), '--collect', '--write-off'],
    ends: 2,
    names: '--write-off',
  },
  {
    verb: 'payments claim',
    what: '--collect where nothing is owed',
    words: async (s) => [(await s.ask('payments', 'show', await s.paidAtSource())).code, '--collect'],
    ends: 5,
    names: 'no_claim',
  },
  {
    verb: 'payments reconcile',
    what: '--since after --until',
    words: async () => ['--since', '2026-11-02', '--until', '2026-11-01'],
    ends: 2,
    names: '--since',
  },
  ...(
    [
      ['--payment', uuid, '--wallet'],
      ['--payment', uuid, '--user', uuid],
      ['--wallet', '--user', uuid],
    ] as const
  ).map((more) => ({
    verb: 'payments quarantine apply',
    what: more.join(' '),
    words: async (s: CommandScenes) => [await s.quarantined(), ...more],
    ends: 2 as const,
    names: '--wallet',
  })),
  {
    verb: 'refunds create',
    what: '--borne-by beside --file',
    words: async (s) => ['--file', s.file('key,payment,amount_idr,reason\n'), '--borne-by', 'company'],
    ends: 2,
    names: '--file',
  },
  {
    verb: 'refunds create',
    what: '--failed without --file',
    words: async (s) => [(await s.paidOrder()).paymentId, '1', '--failed', 'x.csv'],
    ends: 2,
    names: '--file',
  },
  {
    verb: 'refunds create',
    what: 'another --borne-by under the same --key',
    words: async (s) => {
      const { paymentId } = await s.paidOrder()
      const words = [paymentId, '1000', '--key', `k-${s.next()}`]
      await s.ask('refunds', 'create', ...words, '--borne-by', 'factory', '--reason', 'a test')
      return [...words, '--borne-by', 'company']
    },
    ends: 5,
    names: 'borne_by',
  },
  {
    verb: 'refunds retry',
    what: '--wallet with --not-sent',
    words: async (s) => [await s.lostRefund(), '--wallet', '--not-sent'],
    ends: 2,
    names: '--not-sent',
  },
  {
    verb: 'refunds retry',
    what: '--wallet of one that nobody knows to have failed',
    words: async (s) => [await s.lostRefund(), '--wallet'],
    ends: 5,
    names: 'look',
  },
  {
    verb: 'refunds retry',
    what: '--not-sent of one that was not sent',
    words: async (s) => [await s.refund(1), '--not-sent'],
    ends: 5,
    names: 'error',
  },
  {
    verb: 'refunds retry',
    what: '--provider-refund-id that the provider does not know',
    words: async (s) => [await s.refund(1), '--provider-refund-id', 'rfd-none'],
    ends: 3,
    names: 'rfd-none',
  },
  {
    verb: 'wallets adjust',
    what: '--kind goodwill that takes',
    words: async (s) => [(await s.filled()).id, '--kind', 'goodwill', '--confirm', '-1000', '--', '-1000'],
    ends: 2,
    names: 'goodwill',
  },
  {
    verb: 'wallets withdrawals approve',
    what: '--by-hand of one that the provider pays',
    words: async (s) => [await withdrawalIn(s), '--by-hand', 'BCA-4711'],
    ends: 5,
    names: 'by_hand',
  },
  ...Object.entries(approvals).map(
    ([verb, subject]): Meaningless => ({
      verb,
      what: '--seen where nothing changed',
      words: async (s) => [await subject(s), '--seen'],
      ends: 5,
      names: '--seen',
    }),
  ),
  {
    verb: 'settle approve',
    what: '--plan of another plan',
    words: async (s) => [await s.settlement(), '--plan', 'x'],
    ends: 5,
    names: 'plan',
  },
  ...(
    [
      ['--withdrawals', '--withdrawals'],
      ['--keep', '--keep'],
      ['--batch', '--batch', '1'],
      ['--channel', '--channel', 'ID_BCA'],
    ] as const
  ).map(([names, ...more]) => ({
    verb: 'settle export',
    what: `${names} of a PDF`,
    words: async (s: CommandScenes) => [await s.approvedSettlement(), '--format', 'pdf', ...more],
    ends: 2 as const,
    names,
  })),
  {
    verb: 'settle export',
    what: '--batch with others',
    words: async (s) => ['--batch', await s.bankBatch(), '--keep'],
    ends: 2,
    names: '--batch',
  },
  {
    verb: 'settle export',
    what: '--output beside --keep',
    words: async () => ['--keep', '--output', 'x.csv'],
    ends: 2,
    names: '--output',
  },
  {
    verb: 'demo',
    what: '--data-dir, as it makes a folder of its own',
    words: async () => ['--data-dir', 'x'],
    ends: 2,
    names: '--data-dir',
  },
  {
    verb: 'up',
    what: '--data-dir beside --ephemeral',
    words: async () => ['--ephemeral', '--data-dir', 'x'],
    ends: 2,
    names: '--data-dir',
  },
  {
    verb: 'settle export',
    what: '--output for stdout, which is no file',
    words: async () => ['--output', '-'],
    ends: 2,
    names: 'output',
  },
  {
    verb: 'products import',
    what: '--failed for stdout, which is no file',
    words: async () => ['/dev/null', '--failed', '-'],
    ends: 2,
    names: 'failed',
  },
  {
    verb: 'settle batches adopt',
    what: '--complete where no restore waits for a file',
    words: async () => ['--complete'],
    ends: 5,
    names: 'nothing to complete',
  },
  {
    verb: 'settle batches confirm',
    what: '--rejected with a --reference',
    words: async (s) => [await s.bankBatch(), 'STL-1', '--rejected', '--reference', 'BCA 1'],
    ends: 2,
    names: '--reference',
  },
  {
    verb: 'settle batches confirm',
    what: '--rejected without lines',
    words: async (s) => [await s.bankBatch(), '--rejected'],
    ends: 2,
    names: '--rejected',
  },
  {
    verb: 'settle batches confirm',
    what: '--statement with a --reference',
    words: async (s) => [
      await s.bankBatch(),
      '--statement',
      s.file('code,amount_idr\n'),
      '--reference',
      'BCA 1',
    ],
    ends: 2,
    names: '--statement',
  },
  {
    verb: 'settle batches confirm',
    what: 'a --reference that another batch has',
    words: async (s) => {
      const reference = `BCA ${10_000 + s.next()}`
      const first = await s.bankBatch()
      await s.ask('settle', 'batches', 'confirm', first, '--reference', reference, '--reason', 'a test')
      return [await s.bankBatch(), '--reference', reference]
    },
    ends: 5,
    names: 'reference',
  },
  {
    verb: 'settle batches correct',
    what: '--to beside --free',
    words: async () => ['BCA 1', '--to', 'BCA 2', '--free'],
    ends: 2,
    names: '--free',
  },
  {
    verb: 'settle batches correct',
    what: '--to for a reference that nothing has',
    words: async (s) => [`BCA ${20_000 + s.next()}`, '--to', 'BCA 2'],
    ends: 3,
    names: 'reference',
  },
  {
    verb: 'settle batches correct',
    what: '--free while money stands on the reference',
    words: async (s) => {
      const reference = `BCA ${30_000 + s.next()}`
      const batch = await s.bankBatch()
      await s.ask('settle', 'batches', 'confirm', batch, '--reference', reference, '--reason', 'a test')
      return [reference, '--free']
    },
    ends: 5,
    names: 'reference',
  },
  {
    verb: 'factories approve-bank',
    what: 'no --account',
    words: async (s) => [await s.bankWaits()],
    ends: 2,
    names: '--account',
  },
  {
    verb: 'factories approve-bank',
    what: '--account that does not wait any more',
    words: async (s) => {
      const factory = await s.bankWaits()
      const other = ['--channel', 'ID_BCA', '--account', '1234567891', '--holder', 'PT', '--reason', 'a test']
      await s.ask('factories', 'set-bank', factory, ...other)
      return [factory, '--account', '1234567890']
    },
    ends: 5,
    names: 'account',
  },
  {
    verb: 'suspense approve',
    what: 'no --request',
    words: async (s) => [await s.suspendedAsked()],
    ends: 2,
    names: '--request',
  },
  {
    verb: 'suspense approve',
    what: '--request of another assignment',
    words: async (s) => [await s.suspendedAsked(), '--request', '000000000000'],
    ends: 5,
    names: 'request',
  },
  {
    verb: 'wallets withdrawals returned',
    what: '--reference beside --never-sent',
    words: async (s) => [await s.handWithdrawal(), '--reference', 'BCA 1', '--never-sent'],
    ends: 2,
    names: '--never-sent',
  },
  {
    verb: 'wallets withdrawals returned',
    what: '--reference of a withdrawal that the provider sends',
    words: async (s) => [(await s.withdrawal()).code, '--reference', `BCA ${40_000 + s.next()}`],
    ends: 5,
    names: 'withdrawal',
  },
  {
    verb: 'wallets withdrawals returned',
    what: '--never-sent of a withdrawal that the provider sends',
    words: async (s) => [(await s.withdrawal()).code, '--never-sent'],
    ends: 5,
    names: 'withdrawal',
  },
  {
    verb: 'wallets withdrawals arrived',
    what: '--reference of a withdrawal that was not taken back',
    words: async (s) => [await s.handWithdrawal(), '--reference', `BCA ${50_000 + s.next()}`],
    ends: 5,
    names: 'withdrawal',
  },
  {
    verb: 'settle run',
    what: '--factory that is not there',
    words: async () => ['--factory', uuid],
    ends: 3,
    names: 'factory',
  },
  {
    verb: 'settle run',
    what: '--through a day that has not ended',
    words: async () => ['--through', '2099-01-01'],
    ends: 2,
    names: 'through',
  },
  {
    verb: 'orders create',
    what: '--wallet that does not hold it',
    words: async (s) => [`${s.market.sku}=1`, '--user', (await s.buyer()).id, '--wallet'],
    ends: 5,
    names: 'balance',
  },
  {
    verb: 'orders create',
    what: '--wallet-part beside --wallet',
    words: async (s) => [
      ...[`${s.market.sku}=1`, '--user', (await s.buyer()).id],
      ...['--wallet', '--wallet-part', '5000'],
    ],
    ends: 2,
    names: '--wallet-part',
  },
  {
    verb: 'orders create',
    what: '--address of somebody else',
    words: async (s) => [
      `${s.market.sku}=1`,
      '--user',
      (await s.buyer()).id,
      '--address',
      (await s.buyer()).addressId,
    ],
    ends: 3,
    names: 'address',
  },
  {
    verb: 'orders create',
    what: '--courier that does not go there',
    words: async (s) => [`${s.market.sku}=1`, '--user', (await s.buyer()).id, '--courier', 'nobody:none'],
    ends: 2,
    names: 'courier',
  },
  {
    verb: 'orders returns accept',
    what: '--write-off of what is not in it',
    words: async (s) => [await s.returnAsked(), '--write-off', 'NONE-1'],
    ends: 2,
    names: 'NONE-1',
  },
  {
    verb: 'sessions create',
    what: '--starts in the past',
    words: async ({ market }) => [
      ...[
        '--product',
        market.productId,
        '--moq',
        '5',
        '--tier',
        '1=50000',
        '--ends',
        '+3d',
        '--starts',
        '-2h',
      ],
    ],
    ends: 2,
    names: 'starts_at',
  },
  {
    verb: 'sessions create',
    what: '--capacity below the --moq',
    words: async ({ market }) => [
      ...[
        '--product',
        market.productId,
        '--moq',
        '5',
        '--tier',
        '1=50000',
        '--ends',
        '+3d',
        '--capacity',
        '4',
      ],
    ],
    ends: 2,
    names: 'capacity',
  },
  {
    verb: 'sessions create',
    what: '--tier of a variant that is of another product',
    words: async ({ market }) => [
      ...['--product', market.productId, '--moq', '5', '--tier', '1=NONE-1:50000', '--ends', '+3d'],
    ],
    ends: 2,
    names: 'NONE-1',
  },
  {
    verb: 'sessions join',
    what: '--wallet-part beside --wallet',
    words: async (s) => [
      (await s.session()).code,
      ...['--user', (await s.buyer()).id, '--item', `${s.market.sku}=1`],
      ...['--wallet', '--wallet-part', '5000'],
    ],
    ends: 2,
    names: '--wallet-part',
  },
  {
    verb: 'sessions join',
    what: '--address of somebody else',
    words: async (s) => [
      (await s.session()).code,
      ...[
        '--user',
        (await s.buyer()).id,
        '--item',
        `${s.market.sku}=1`,
        '--address',
        (await s.buyer()).addressId,
      ],
    ],
    ends: 3,
    names: 'address',
  },
  {
    verb: 'sessions leave',
    what: '--user who has no place',
    words: async (s) => [(await s.session()).code, '--user', (await s.buyer()).id],
    ends: 3,
    names: 'not_joined',
  },
  {
    verb: 'sessions extend',
    what: '--until before its end',
    words: async (s) => [(await s.session()).code, '--until', '-1d'],
    ends: 2,
    names: 'ends_at',
  },
  {
    verb: 'shipments set-status',
    what: '--without-courier for a parcel that is carried',
    words: async (s) => [await s.shipment(), 'in_transit', '--without-courier'],
    ends: 5,
    names: '--without-courier',
  },
  {
    verb: 'shipments set-status',
    what: '--courier-price of a delivered parcel',
    words: async (s) => [await s.shipment(), 'delivered', '--courier-price', 'returned'],
    ends: 5,
    names: '--courier-price',
  },
  {
    verb: 'shipments create',
    what: '--courier of one that is booked by another',
    words: async (s) => {
      const code = await s.shipment()
      const { order_id: order } = await s.ask<{ order_id: string }>('shipments', 'show', code)
      return [order, '--courier', 'tiki:eco']
    },
    ends: 5,
    names: '--courier',
  },
  {
    verb: 'purchase-orders confirm',
    what: '--shipped of a draft',
    words: async (s) => [await s.purchaseOrder(), '--shipped'],
    ends: 5,
    names: 'draft',
  },
  {
    verb: 'purchase-orders receive',
    what: '--all with --line',
    words: async (s) => [await s.purchaseOrder('send', 'confirm'), '--all', '--line', `${s.market.sku}=1`],
    ends: 2,
    names: '--all',
  },
  {
    verb: 'purchase-orders create',
    what: '--session that is not there',
    words: async (s) => ['--line', `${s.market.sku}=1`, '--session', uuid],
    ends: 3,
    names: 'session',
  },
  {
    verb: 'suspense offset',
    what: '--factory that is not there',
    words: async (s) => {
      const { code, id } = await s.ask('suspense', 'show', await s.suspended())
      return [id, '--confirm', code, '--factory', uuid]
    },
    ends: 2,
    names: 'factory',
  },
  {
    verb: 'suspense to-wallet',
    what: '--user who is not there',
    words: async (s) => {
      const { code, id } = await s.ask('suspense', 'show', await s.suspended())
      return [id, '--confirm', code, '--user', uuid]
    },
    ends: 3,
    names: 'user',
  },
  {
    verb: 'suspense collect',
    what: '--reference of something else',
    words: async (s) => {
      const reference = `BCA ${10_000 + s.next()}`
      const collect = async () => {
        const { code, id } = await s.ask('suspense', 'show', await s.suspended())
        return [id, '--confirm', code, '--reference', reference]
      }
      await s.ask('suspense', 'collect', ...(await collect()), '--reason', 'a test')
      return await collect()
    },
    ends: 5,
    names: 'reference',
  },
  {
    verb: 'suspense collect',
    what: '--channel of money that came back to us',
    words: async (s) => {
      const { code, id } = await s.ask('suspense', 'show', await s.suspended())
      return [
        id,
        '--confirm',
        code,
        '--reference',
        `BCA ${10_000 + s.next()}`,
        '--channel',
        'ID_BCA',
        '--account',
        '1234567',
      ]
    },
    ends: 2,
    names: '--channel',
  },
  {
    verb: 'suspense collect',
    what: '--account without --channel',
    words: async (s) => {
      const { code, id } = await s.ask('suspense', 'show', await s.suspended())
      return [id, '--confirm', code, '--reference', `BCA ${10_000 + s.next()}`, '--account', '1234567']
    },
    ends: 2,
    names: '--account',
  },
  {
    verb: 'suspense reassign',
    what: '--fee with --payment',
    words: async (s) => {
      const { code, id } = await s.ask('suspense', 'show', await s.suspended())
      return [id, '--confirm', code, '--fee', '--payment', uuid]
    },
    ends: 2,
    names: '--fee',
  },
  {
    verb: 'suspense reassign',
    what: '--money of what is no chargeback',
    words: async (s) => {
      const { code, id } = await s.ask('suspense', 'show', await s.suspended())
      return [id, '--confirm', code, '--money', await s.quarantined()]
    },
    ends: 5,
    names: 'quarantine',
  },
  {
    verb: 'shipments top-up',
    what: '--correct of a transfer that is not booked',
    words: async () => ['5000', '--reference', 'BCA NONE 1', '--correct'],
    ends: 3,
    names: '--correct',
  },
  {
    verb: 'whatsapp send',
    what: '--param beside --body',
    words: async () => ['0812-0000-0001', '--body', 'x', '--param', 'y'],
    ends: 2,
    names: '--param',
  },
  {
    verb: 'webhooks replay',
    what: '--failed beside an id',
    words: async () => [uuid, '--failed'],
    ends: 2,
    names: 'not both',
  },
]

/** These options only carry a value, so no state or other option can make them meaningless. */
const alone: Record<string, readonly string[]> = {
  // leases.test.ts and lost-refund.test.ts try the ticket of the provider in the states that do not take it.
  'refunds declare-dead': ['--ticket'],
  'payouts declare-dead': ['--ticket'],
  'payments chargeback': ['--transaction', '--amount'],
  'sessions create': ['--product', '--moq', '--ends', '--per-user-limit', '--close-policy', '--draft'],
  'sessions join': ['--user', '--item', '--courier'],
  'orders create': ['--user'],
  'purchase-orders create': ['--line', '--send'],
  'purchase-orders receive': ['--delivery-note'],
  'refunds create': ['--key', '--file'],
  'shipments top-up': ['--reference'],
  'settle preview': ['--through', '--factory'],
  'settle import': ['--failed'],
  'settle export': ['--format'],
  'sessions watch': ['--every'],
}
const ofEvery = ['--dry-run', '--reason', '--code', '--confirm', '--json', '--ndjson', '--yes', '--failed']

describe('an option that a state or another option leaves without meaning is refused by name', () => {
  it.each(table)('$verb: $what', async ({ verb, words, ends, names }) => {
    const given = await words(scenes)
    const { exitCode, stdout, stderr } = await runLaku(scenes.laku, [
      ...verb.split(' '),
      ...(given.includes('--') ? [] : given),
      ...(takesReason.has(verb) ? ['--reason', 'the test says so'] : []),
      '--json',
      ...(given.includes('--') ? given : []),
    ])
    expect([exitCode, `${stdout}${stderr}`]).toEqual([ends, expect.stringContaining(names)])
  })

  it('no body of a request takes what it does not know', () => {
    const loose = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { requestBody }]) => {
        const schema = requestBody?.content?.['application/json']?.schema
        // The bodies of providers are left out, because providers may add fields.
        if (!schema || path.startsWith('/api/webhooks/')) return []
        const objects = schema.anyOf ?? [schema]
        const isStrict = objects.every((body) => body.type === 'null' || body.additionalProperties === false)
        return isStrict ? [] : [`${method} ${path}`]
      }),
    )
    expect(loose).toEqual([])
  })

  it('each option of a verb that changes money, orders, sessions or goods stands in the table, or is alone', () => {
    const nouns = [
      'payments',
      'refunds',
      'payouts',
      'wallets',
      'settle',
      'orders',
      'sessions',
      'purchase-orders',
      'suspense',
      'shipments',
    ]
    const missing: string[] = []
    for (const { path, definition } of commands) {
      const verb = path.join(' ')
      if (!nouns.includes(path[0] ?? '') || definition.kind === 'list' || definition.kind === 'show') continue
      const tried = table.filter((item) => item.verb === verb).map((item) => item.what)
      for (const { flags } of definition.options) {
        const flag = flags.split(' ')[0] as string
        if (ofEvery.includes(flag) || alone[verb]?.includes(flag)) continue
        if (!tried.some((what) => what.includes(flag))) missing.push(`${verb} ${flag}`)
      }
    }
    expect(missing).toEqual([])
  })
})
