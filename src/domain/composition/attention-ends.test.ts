import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { allowTemporaryTables } from '../../../test/temporary-tables.ts'
import {
  type AttentionKind,
  attentionKinds,
  jakartaDate,
  newId,
  secondsAfter,
  type Work,
} from '../kernel/index.ts'
import { attentionEnds, endGone } from './attention-ends.ts'

let laku: TestLaku
beforeAll(async () => {
  laku = await openTestLaku()
  await allowTemporaryTables(laku)
})
afterAll(() => laku.close())

const DAY_S = 86_400
type Row = readonly [table: string, values: Record<string, unknown>]
/** The rows in the tables while the cause of an attention item exists, and after it is gone. */
interface Scene {
  subject: string
  subjectKind?: string
  still: readonly Row[]
  gone: readonly Row[]
  details?: object
  /** The time at which the item was raised, if its age alone ends it. */
  goneSince?: Date
}

/** Returns the states that the database allows for a table's rows. */
async function statesOf(table: string): Promise<string[]> {
  const { rows } = await sql<{ check: string }>`
    select pg_get_constraintdef(oid) as check from pg_constraint
    where conrelid = ${table}::regclass and contype = 'c' and pg_get_constraintdef(oid) like '%status = ANY%'`.execute(
    laku.db,
  )
  const list = rows.map((row) => row.check).find((check) => /^CHECK \(\(status = ANY/.test(check)) ?? ''
  return [...list.matchAll(/'([a-z_]+)'::text/g)].map(([, state]) => state as string)
}

/**
 * Returns the scenes of one kind of attention item: a pair for every state of its subject, or the special
 * scenes below.
 */
async function scenesOf(kind: AttentionKind, now: Date): Promise<Scene[]> {
  const end = attentionEnds[kind]
  if (!('gone' in end)) return []
  if (!end.states) return [special(now)[kind]?.() ?? []].flat()
  const { table, of, not } = end.states
  const all = await statesOf(table)
  expect(
    of.filter((state) => !all.includes(state)),
    `${table} has no such state`,
  ).toEqual([])
  const [ends, stays] = not
    ? [all.filter((state) => !of.includes(state)), of]
    : [of, all.filter((state) => !of.includes(state))]
  const subject = newId()
  // Each state occurs once. If one list is shorter, its first state is used again.
  return Array.from({ length: Math.max(ends.length, stays.length) }, (_, nth) => ({
    subject,
    still: [[table, { id: subject, status: stays[nth] ?? stays[0] }]],
    gone: [[table, { id: subject, status: ends[nth] ?? ends[0] }]],
  }))
}

/** Returns the scenes of the kinds that do not end by a single state. */
function special(now: Date): Partial<Record<AttentionKind, () => Scene | Scene[]>> {
  const subject = newId()
  const before = secondsAfter(now, -DAY_S - 60)
  const quiet = (table: string, name: string) => (): Scene => {
    const id = newId()
    const at = (updated_at: Date): Row => [table, { id, updated_at }]
    return { subject: 'smtp_down', details: { [name]: id }, still: [at(now)], gone: [at(before)] }
  }
  const quarantine = (column: string) => (): Scene => {
    const of = (status: string): Row => ['quarantined_money', { [column]: subject, status }]
    return { subject, still: [of('waiting')], gone: [of('applied')] }
  }
  const parcel = (): Scene[] => {
    const order = (status: string): Row => ['orders', { id: subject, status }]
    const sent = (status: string): Row => ['shipments', { order_id: subject, status }]
    return [
      { subject, still: [order('paid'), sent('cancelled')], gone: [order('paid'), sent('booked')] },
      { subject, still: [order('on_hold')], gone: [order('cancelled')] },
    ]
  }
  const goods = (): Scene[] => {
    const session = (status: string): Row => ['group_buying_sessions', { id: subject, status }]
    const order = (status: string, created_at: Date): Row => [
      'warehouse_purchase_orders',
      { session_id: subject, status, created_at },
    ]
    const waits = session('pending_stock')
    return [
      { subject, still: [waits, order('sent', before)], gone: [waits, order('sent', now)] },
      { subject, still: [waits, order('cancelled', now)], gone: [session('refunded')] },
    ]
  }
  const untracked = (values: object): Row => ['shipments', { id: subject, status: 'in_transit', ...values }]
  return {
    buyer_owes: () => {
      const claims: Row = ['ledger_accounts', { id: 8, key: 'buyer-claims' }]
      const posted = (subject_id: string, amount_idr: number): Row[] => {
        const id = newId()
        return [
          ['ledger_transactions', { id, subject_id }],
          ['ledger_entries', { transaction_id: id, account_id: 8, amount_idr }],
        ]
      }
      const still = [claims, ...posted(subject, 5)]
      return { subject, still, gone: [...still, ...posted(subject, -5), ...posted(newId(), 5)] }
    },
    chargeback_ambiguous: () => ({
      subject,
      still: [['chargebacks', { provider_transaction_id: 'another' }]],
      gone: [['chargebacks', { provider_transaction_id: subject }]],
    }),
    closing_stuck: () => ({
      subject,
      still: [['users', { id: subject, closing_since: now }]],
      gone: [['users', { id: subject, closing_since: null }]],
    }),
    'email.failed': quiet('notification_deliveries', 'lastDeliveryId'),
    'push.failed': quiet('notification_deliveries', 'lastDeliveryId'),
    'whatsapp.failed': quiet('whatsapp_messages', 'lastMessageId'),
    whatsapp_held: () => ({
      subject: 'account',
      still: [['whatsapp_holds', { scope: 'account' }]],
      gone: [['whatsapp_holds', { scope: 'template:laku_notice:id' }]],
    }),
    'otp.budget': () => ({
      subject: 'sms',
      still: [['code_spending', { channel: 'sms', day: jakartaDate(now), strangers: 5 }]],
      gone: [['code_spending', { channel: 'sms', day: jakartaDate(before), strangers: 5 }]],
    }),
    invoice_refused: () => ({
      subject,
      still: [['payments', { id: subject, status: 'pending' }]],
      gone: [['payments', { id: subject, status: 'pending', provider_invoice_id: 'inv' }]],
    }),
    item_set_aside: () => {
      const moved = (subjectKind: string, table: string, waits: string, done: string): Scene => ({
        subject,
        subjectKind,
        still: [[table, { id: subject, status: waits }]],
        gone: [[table, { id: subject, status: done }]],
      })
      return [
        moved('payment', 'payments', 'pending', 'paid'),
        moved('refund', 'refunds', 'failed', 'to_wallet'),
        moved('payout', 'payouts', 'submitted', 'succeeded'),
        moved('whatsapp_message', 'whatsapp_messages', 'queued', 'sent'),
        moved('notification_delivery', 'notification_deliveries', 'queued', 'sent'),
        {
          subject: 'txn_1',
          subjectKind: 'provider_transaction',
          still: [['provider_lines', { id: 'txn_1' }]],
          gone: [['provider_lines', { id: 'txn_2' }]],
        },
      ]
    },
    payment_paid_twice: quarantine('provider_invoice_id'),
    payment_unknown: quarantine('provider_invoice_id'),
    payment_wrong_amount: quarantine('payment_id'),
    order_called_off: parcel,
    order_not_shippable: parcel,
    session_lost_purchase_order: goods,
    session_short_of_stock: goods,
    purchase_order_not_told: () => {
      const order: Row = ['warehouse_purchase_orders', { id: subject, status: 'sent' }]
      const message = (status: string): Row => [
        'whatsapp_messages',
        { dedupe_key: `purchase_order:${subject}:2`, created_at: secondsAfter(now, 60), status },
      ]
      return { subject, still: [order, message('failed')], gone: [order, message('delivered')] }
    },
    books_differ: () => {
      const run = (status: string): Row => ['reconciliations', { status, finished_at: secondsAfter(now, 60) }]
      return { subject: 'xendit', still: [run('differs')], gone: [run('agrees')] }
    },
    payout_unexpected: () => {
      const payout = (status: string, provider_status: string): Row => [
        'payouts',
        { id: subject, status, provider_status },
      ]
      const still = [payout('failed', 'SUCCEEDED')]
      return [
        { subject, still, gone: [payout('succeeded', 'SUCCEEDED')] },
        { subject, still, gone: [payout('failed', 'REVERSED')] },
      ]
    },
    refund_unexpected: () => ({
      subject: 'rfd-1',
      still: [['refunds', { provider_refund_id: 'rfd-1', status: 'submitted' }]],
      gone: [['refunds', { provider_refund_id: 'rfd-1', status: 'succeeded' }]],
    }),
    payouts_wait_for_balance: () => ({
      subject: 'xendit',
      still: [['payouts', { waits_since: now, status: 'created', held: false }]],
      gone: [['payouts', { waits_since: null, status: 'submitted' }]],
    }),
    refunds_wait_for_balance: () => ({
      subject: 'xendit',
      still: [['refunds', { waits_since: now, status: 'failed' }]],
      gone: [['refunds', { waits_since: now, status: 'succeeded' }]],
    }),
    session_stock_unchecked: () => ({
      subject,
      still: [['orders', { session_id: subject, status: 'on_hold' }]],
      gone: [['orders', { session_id: subject, status: 'processing' }]],
    }),
    shipment_untracked: () => [
      {
        subject,
        still: [untracked({ tracked_until: before })],
        gone: [untracked({ tracked_until: secondsAfter(now, 60) })],
      },
      { subject, still: [untracked({})], gone: [untracked({ status: 'delivered' })] },
    ],
    statement_not_sent: () => ({
      subject,
      still: [['settlements', { id: subject }]],
      gone: [['settlements', { id: subject, statement_sent_at: now }]],
    }),
    wallet_without_owner: () => {
      const account: Row = ['ledger_accounts', { id: 7, key: `wallet:${subject}` }]
      const balance = (balance_idr: number): Row => ['ledger_balances', { account_id: 7, balance_idr }]
      return { subject, still: [account, balance(5)], gone: [account, balance(0)] }
    },
    factor_guessed: () => ({ subject, still: [], gone: [], goneSince: before }),
    staff_changed: () => ({ subject, still: [], gone: [], goneSince: secondsAfter(now, -7 * DAY_S - 60) }),
    staff_token_ends: () => {
      const staffId = newId()
      const holder = (status: string): Row => ['staff', { id: staffId, status }]
      const token = (id: string, made: Date, more: object): Row => [
        'staff_tokens',
        { id, staff_id: staffId, created_at: made, ...more },
      ]
      const own = (more: object = {}) =>
        token(subject, before, { expires_at: secondsAfter(now, DAY_S), ...more })
      const still = [holder('active'), own()]
      return [
        { subject, still, gone: [holder('suspended'), own()] },
        { subject, still, gone: [holder('active'), own({ revoked_at: now })] },
        { subject, still, gone: [holder('active'), own({ expires_at: before })] },
        { subject, still, gone: [holder('active'), own(), token(newId(), now, {})] },
      ]
    },
    withdrawal_of_suspended: () => {
      const user = (status: string): Row => ['users', { id: subject, status }]
      const withdrawal = (status: string): Row => ['withdrawals', { id: subject, user_id: subject, status }]
      const still = [user('suspended'), withdrawal('held')]
      return [
        { subject, still, gone: [user('active'), withdrawal('held')] },
        { subject, still, gone: [user('suspended'), withdrawal('rejected')] },
      ]
    },
  }
}

/**
 * Makes temporary, empty copies of all tables without their constraints, so that incomplete rows can be
 * inserted.
 */
const bare = ({ tx }: Work) =>
  sql`
    do $$
    declare t text;
    begin
      for t in select tablename from pg_tables where schemaname = 'public' loop
        execute format('create temp table %1$I on commit drop as select * from public.%1$I with no data', t);
      end loop;
    end $$`.execute(tx)

const lay = async ({ tx }: Work, rows: readonly Row[]) => {
  for (const [table, values] of rows) {
    const columns = Object.keys(values).map((column) => sql.id(column))
    const cells = Object.values(values).map((value) => sql`${value}`)
    await sql`insert into ${sql.id('pg_temp', table)} (${sql.join(columns)}) values (${sql.join(cells)})`.execute(
      tx,
    )
  }
}

const clear = async ({ tx }: Work, rows: readonly Row[]) => {
  for (const table of new Set(rows.map(([name]) => name))) {
    await sql`delete from ${sql.id('pg_temp', table)}`.execute(tx)
  }
}

/** Returns whether an open item of this kind is still open with these rows in the tables. */
async function isOpen(
  work: Work,
  kind: AttentionKind,
  { subject, subjectKind, details = {} }: Scene,
  rows: readonly Row[],
  since = work.now,
) {
  const attention: Row = [
    'attention',
    {
      id: newId(),
      kind,
      subject_kind: subjectKind,
      subject_id: subject,
      since,
      details: JSON.stringify(details),
    },
  ]
  const all = [attention, ...rows]
  await lay(work, all)
  const isSettled = (await endGone(work)) === 1
  await clear(work, all)
  return !isSettled
}

describe('attention', () => {
  it('of every kind ends by itself when what it was raised for has gone away, and not before, or says why not', async () => {
    await laku.system(async (work) => {
      await bare(work)
      for (const kind of attentionKinds) {
        const end = attentionEnds[kind]
        const scenes = await scenesOf(kind, work.now)
        if ('person' in end) {
          expect(end.person.length).toBeGreaterThan(20)
          expect(await isOpen(work, kind, { subject: newId(), still: [], gone: [] }, [])).toBe(true)
        } else expect(scenes.length, `${kind} has no scene in this test`).toBeGreaterThan(0)
        for (const scene of scenes) {
          expect(await isOpen(work, kind, scene, scene.still), `${kind} ${JSON.stringify(scene.still)}`).toBe(
            true,
          )
          expect(
            await isOpen(work, kind, scene, scene.gone, scene.goneSince),
            `${kind} ${JSON.stringify(scene.gone)}`,
          ).toBe(false)
        }
      }
    })
  })

  it('is settled where it lies, by who did it, and only what is open', async () => {
    const subject = newId()
    await laku.system(async (work) =>
      work.requestAttention({
        kind: 'wallet_without_owner',
        subject: ['user', subject],
        message: 'm',
        command: 'laku doctor',
      }),
    )
    expect(await laku.system(endGone)).toBe(1)
    expect(await laku.system(endGone)).toBe(0)
    const row = await laku.db
      .selectFrom('attention')
      .selectAll()
      .where('subjectId', '=', subject)
      .executeTakeFirstOrThrow()
    expect(row).toMatchObject({
      resolvedBy: 'system:test',
      resolution: 'the cause is gone',
    })
  })
})
