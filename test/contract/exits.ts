import { sql } from 'kysely'
import { requestOtp, verifyOtp } from '../../src/domain/auth/index.ts'
import type { Actor } from '../../src/domain/kernel/index.ts'
import { requestReturn } from '../../src/domain/order/index.ts'
import { customer } from '../storefront.ts'
import type { CommandScenes } from './command-scenes.ts'

/** An object in some state, and the words that follow the command that is run on it. */
interface Thing {
  /** The object's row, by id or code. */
  row: string
  words?: readonly string[]
}

export interface Exit {
  /** The words of a command, or the route of a customer. */
  verb: string
  scene: (scenes: CommandScenes) => Promise<Thing>
  /** Runs the use case as a customer, if `verb` is a route. */
  use?: (scenes: CommandScenes, thing: Thing) => Promise<unknown>
  /**
   * Whether the verb may succeed again in a final state, because it repeats a decision or does not depend on
   * the state.
   */
  mayRepeat?: boolean
  /** The states in which the verb succeeds and changes nothing, because its result is already there. */
  repeats?: readonly string[]
}

/** A state in which nothing is owed and nothing waits. Only an update from outside leads out of it. */
export interface Rest {
  rests: string
}

const confirmed = (row: string): Thing => ({ row, words: [row, '--confirm', row] })
const of = (verb: string, scene: (s: CommandScenes) => Promise<string>, ...more: string[]): Exit => ({
  verb,
  scene: async (s) => {
    const row = await scene(s)
    return { row, words: [row, ...more] }
  },
})

/** Takes back a decision about money in suspense. */
const decided = (
  verb: string,
  options: (s: CommandScenes) => string[] | Promise<string[]>,
  amountIdr?: number,
): Exit => ({
  verb: 'suspense undo',
  scene: async (s) => {
    const row = await s.suspended(amountIdr)
    const thing = confirmed(row)
    await s.ask('suspense', verb, ...(thing.words ?? []), ...(await options(s)), '--reason', 'a test')
    return thing
  },
})

const repeating = (exit: Exit, ...repeats: string[]): Exit => ({ ...exit, repeats })

const idWhere = async (s: CommandScenes, table: string, column: string, value: string) => {
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(table)} where ${sql.ref(column)} = ${value} order by id desc limit 1`.execute(
    s.laku.db,
  )
  return rows[0]?.id as string
}
const put = async (s: CommandScenes, table: string, row: string, set: string) => {
  const column = /^[0-9a-f-]{36}$/.test(row) ? 'id' : 'code'
  await sql`update ${sql.table(table)} set ${sql.raw(set)} where ${sql.ref(column)} = ${row}`.execute(
    s.laku.db,
  )
  return row
}
const orderOf = (set: string) => async (s: CommandScenes) =>
  await put(s, 'orders', (await s.paidOrder()).code, set)
const parcelIn = (status: string) => async (s: CommandScenes) =>
  await put(s, 'shipments', await s.shipment(), `status = '${status}'`)
const sent = (status: string) => async (s: CommandScenes) => {
  const { order } = await s.delivered()
  return await put(s, 'orders', order.code, `status = '${status}', delivered_at = null, return_until = null`)
}
const purchase =
  (...verbs: string[]) =>
  (s: CommandScenes) =>
    s.purchaseOrder(...verbs)
const settledAs = (set: string) => async (s: CommandScenes) =>
  await put(s, 'settlements', await s.approvedSettlement(), set)
/** Makes a refund that its source does not accept, with the payment that belongs to it. */
const refundFailed = async (s: CommandScenes) => {
  const code = await s.refund(1)
  return await put(s, 'refunds', code, `status = 'failed', failure_code = 'X', next_check_at = null`)
}
const placed = (
  leave: (s: CommandScenes) => Promise<{ code: string; id: string; buyer: { id: string } }>,
) => ({
  verb: 'sessions leave',
  scene: async (s: CommandScenes) => {
    const { code, id, buyer } = await leave(s)
    const { rows } = await sql<{ id: string }>`
      select id from group_participants where session_id = ${id} and user_id = ${buyer.id}`.execute(s.laku.db)
    return { row: rows[0]?.id as string, words: [code, '--user', buyer.id] }
  },
})
const openSessionOf = (status: string) => async (s: CommandScenes) =>
  await put(s, 'group_buying_sessions', (await s.session()).code, `status = '${status}', closed_at = now()`)

const followsRefund = { rests: 'the money goes back: the exits of its refund and its payout are the way on' }
const payoutsOwn = { rests: 'its payout decides: the exits of the payout are the way on' }
const provider = {
  rests: 'its money lies where it belongs; only a contradicting update of the provider leads on',
}

/** For every state that is not final, by machine: the verb by which a person can lead an object out of it. */
export const exits: Record<string, Record<string, Exit | Rest>> = {
  'login code': {
    open: {
      verb: 'POST /api/auth/otp/verify',
      scene: async (s) => {
        const phone = `0815${String(50_000_000 + s.next())}`
        const { challengeId } = await s.laku.system((work) => requestOtp(work, { phone, ip: '10.0.0.1' }))
        return { row: challengeId }
      },
      use: async (s, { row: challengeId }) => {
        for (let i = 0; i < s.laku.policy.otpTries; i++)
          await s.laku.system((work) => verifyOtp(work, { challengeId, code: '000000', ip: null }))
      },
    },
  },
  staff: {
    active: {
      verb: 'auth staff revoke',
      mayRepeat: true,
      scene: async (s) => {
        const name = `staf-${s.next()}`
        const { id } = await s.ask('auth', 'staff', 'add', name, '--role', 'finance')
        return { row: id, words: [name] }
      },
    },
    suspended: {
      verb: 'auth staff activate',
      mayRepeat: true,
      scene: async (s) => {
        const name = `staf-${s.next()}`
        const { id } = await s.ask('auth', 'staff', 'add', name, '--role', 'finance')
        await s.ask('auth', 'staff', 'revoke', name, '--reason', 'a test')
        return { row: id, words: [name] }
      },
    },
  },
  'bank account': {
    pending: {
      verb: 'factories approve-bank',
      scene: async (s) => {
        const factoryId = await s.bankWaits()
        return {
          row: await idWhere(s, 'factory_bank_accounts', 'factory_id', factoryId),
          words: [factoryId, '--account', '1234567890'],
        }
      },
    },
    approved: { rests: 'it is paid to; while it cools off its factory stops it by the link in its message' },
  },
  factory: {
    inactive: repeating(
      of('factories activate', (s) => s.factory('verify')),
      'active',
    ),
    active: repeating(
      of('factories suspend', (s) => s.factory('verify', 'activate')),
      'suspended',
    ),
    suspended: repeating(
      of('factories activate', (s) => s.factory('verify', 'activate', 'suspend')),
      'active',
    ),
  },
  verification: {
    unverified: repeating(
      of('factories submit', (s) => s.factory()),
      'pending',
    ),
    pending: {
      // Setting a factory to its present state is no change.
      mayRepeat: true,
      ...of('factories verify', async (s) => {
        const id = await s.factory()
        await s.ask('factories', 'submit', id)
        return id
      }),
    },
    rejected: repeating(
      of('factories submit', (s) => s.factory('reject')),
      'pending',
    ),
  },
  session: {
    draft: of('sessions open', async (s) => (await s.session({ status: 'draft' })).code),
    forming: { verb: 'sessions cancel', scene: async (s) => confirmed((await s.paidSession()).code) },
    moq_reached: {
      verb: 'sessions cancel',
      scene: async (s) => confirmed(await openSessionOf('moq_reached')(s)),
    },
    pending_stock: {
      verb: 'sessions cancel',
      scene: async (s) => confirmed(await openSessionOf('pending_stock')(s)),
    },
    orders_created: {
      verb: 'sessions refund',
      mayRepeat: true,
      scene: async (s) => confirmed(await openSessionOf('orders_created')(s)),
    },
    failed: followsRefund,
    cancelled: followsRefund,
  },
  participant: {
    held: placed(async (s) => {
      const [session, buyer] = [await s.session(), await s.buyer()]
      await s.held(buyer, session.id)
      return { ...session, buyer }
    }),
    paid: placed((s) => s.paidSession()),
    left: followsRefund,
  },
  shipment: {
    pending: of('shipments set-status', parcelIn('pending'), 'cancelled'),
    booked: of('shipments set-status', parcelIn('booked'), 'picked_up'),
    picked_up: of('shipments set-status', parcelIn('picked_up'), 'in_transit'),
    in_transit: of('shipments set-status', parcelIn('in_transit'), 'lost'),
    on_hold: of('shipments set-status', parcelIn('on_hold'), 'delivered'),
    returning: of('shipments set-status', parcelIn('returning'), 'returned'),
  },
  delivery: Object.fromEntries(
    ['queued', 'failed', 'skipped'].map((status) => [
      status,
      {
        verb: status === 'queued' ? 'notifications cancel' : 'notifications resend',
        scene: async (s: CommandScenes) => {
          const notice = await s.notice()
          const row = await idWhere(s, 'notification_deliveries', 'notification_id', notice)
          await put(s, 'notification_deliveries', row, `status = '${status}'`)
          return { row, words: [notice] }
        },
      },
    ]),
  ),
  pickup: {
    scheduled: of('offices pickups start', (s) => s.pickup()),
    in_progress: of('offices pickups fail', (s) => s.pickup('start')),
  },
  office: {
    active: of('offices update', (s) => s.office(), '--status', 'closed'),
    closed: of(
      'offices update',
      async (s) => await put(s, 'agent_offices', await s.office(), "status = 'closed'"),
      '--status',
      'active',
    ),
  },
  order: {
    pending_payment: of('orders cancel', async (s) => (await s.shop.order(await s.buyer(), 1)).order.code),
    paid: of('orders cancel', async (s) => (await s.paidOrder()).code),
    processing: of('orders hold', orderOf("status = 'processing'")),
    ready_for_pickup: of('orders set-status', sent('ready_for_pickup'), 'picked_up'),
    picked_up: of('orders set-status', sent('picked_up'), 'in_transit'),
    in_transit: of('orders set-status', sent('in_transit'), 'delivered'),
    delivered: {
      verb: 'POST /api/orders/{id}/return',
      scene: async (s) => {
        const { buyer, order } = await s.delivered()
        return { row: order.id, words: [buyer.id] }
      },
      use: (s, { row, words: [id = ''] = [] }) =>
        s.laku.as(customer({ id } as never) as Actor, (work) =>
          requestReturn(work, { order: row, reason: 'damaged' } as never),
        ),
    },
    cancelled: followsRefund,
    on_hold: of('orders release', orderOf("status = 'on_hold', allocated = true")),
    failed: followsRefund,
    returning: of('orders set-status', sent('returning'), 'returned'),
    return_requested: {
      verb: 'orders returns refuse',
      scene: async (s) => {
        const asked = await s.returnAsked()
        const { orderId } = await s.laku.db
          .selectFrom('orderReturns')
          .select('orderId')
          .where('id', '=', asked)
          .executeTakeFirstOrThrow()
        return { row: orderId, words: [asked] }
      },
    },
    returned: of(
      'orders set-status',
      async (s) => {
        const { id, code } = await s.paidOrder()
        await s.shop.book(id)
        await s.shop.parcel(id, 'picked_up', 'returning', 'returned')
        return code
      },
      'processing',
    ),
  },
  return: { requested: of('orders returns accept', (s) => s.returnAsked()) },
  payment: {
    pending: of('payments expire', (s) => s.unpaid()),
    paid: of('refunds create', async (s) => (await s.paidOrder()).paymentId, '5000'),
    partially_refunded: {
      verb: 'orders cancel',
      mayRepeat: true,
      scene: async (s) => {
        const { paymentId, code } = await s.paidOrder()
        await s.ask('refunds', 'create', paymentId, '5000', '--reason', 'a test')
        return { row: paymentId, words: [code] }
      },
    },
    expired: {
      verb: 'payments quarantine apply',
      scene: async (s) => {
        const [unapplied, row] = [await s.quarantined(), await s.unpaid()]
        await s.ask('payments', 'expire', row, '--reason', 'a test')
        return { row, words: [unapplied, '--payment', row] }
      },
    },
    review: {
      // The verb depends on whether the money still waits, and not on this state.
      mayRepeat: true,
      verb: 'payments quarantine apply',
      scene: async (s) => {
        const unapplied = await s.quarantined()
        const { paymentId } = await s.laku.db
          .selectFrom('quarantinedMoney')
          .select('paymentId')
          .where('id', '=', unapplied)
          .executeTakeFirstOrThrow()
        return { row: paymentId as string, words: [unapplied, '--wallet'] }
      },
    },
  },
  quarantine: {
    waiting: of('payments quarantine refund', (s) => s.quarantined()),
    charged_back: {
      verb: 'suspense undo',
      scene: async (s) => {
        const row = await s.quarantined()
        const { amountIdr } = await s.laku.db
          .selectFrom('quarantinedMoney')
          .select('amountIdr')
          .where('id', '=', row)
          .executeTakeFirstOrThrow()
        const item = await s.suspended(amountIdr, 'chargeback')
        const words = confirmed(item).words ?? []
        await s.ask('suspense', 'reassign', ...words, '--money', row, '--reason', 'a test')
        return { row, words }
      },
    },
  },
  'bank batch': {
    made: {
      // The verb depends on the states of the batch's lines, and this batch has no lines.
      mayRepeat: true,
      verb: 'settle batches cancel',
      scene: async (s) => {
        const batch = await s.madeBatch()
        return { row: await idWhere(s, 'bank_batches', 'number', batch), words: [batch] }
      },
    },
    handed_out: {
      // The verb depends on the results of the batch's lines.
      mayRepeat: true,
      verb: 'settle batches confirm',
      scene: async (s) => {
        const batch = await s.bankBatch()
        const row = await idWhere(s, 'bank_batches', 'number', batch)
        return { row, words: [batch, '--reference', `BCA ${s.next()}000`] }
      },
    },
  },
  reconciliation: {
    running: {
      rests: 'a run that ended without a word is broken off by the next one: laku payments reconcile',
    },
  },
  refund: {
    requested: of('refunds reject', (s) => s.refund(10)),
    approved: of(
      'refunds retry',
      async (s) => await put(s, 'refunds', await s.refund(1), "status = 'approved'"),
      '--wallet',
    ),
    submitted: {
      verb: 'refunds declare-dead',
      scene: async (s) => {
        const code = await s.lostRefund()
        await put(s, 'refunds', code, "dead_declared_by = 'sinta', dead_declared_at = now()")
        return { row: code, words: [code] }
      },
    },
    failed: of('refunds retry', refundFailed, '--wallet'),
  },
  webhook: {
    received: of('webhooks discard', (s) => s.webhook()),
    processed: repeating(
      of(
        'webhooks replay',
        async (s) => await put(s, 'webhook_inbox', await s.webhook(), "status = 'processed'"),
      ),
      'received',
    ),
    failed: repeating(
      of(
        'webhooks replay',
        async (s) => await put(s, 'webhook_inbox', await s.webhook(), "status = 'failed'"),
      ),
      'received',
    ),
  },
  payout: {
    created: {
      // The settlement's payout is sent within seconds, unless the balance is too small or the factory is
      // suspended.
      mayRepeat: true,
      verb: 'settle hold',
      scene: async (s) => {
        const code = await s.approvedSettlement()
        await s.ask('settle', 'pay', code, '--confirm', code, '--reason', 'a test')
        return { row: (await s.f.payoutOf(code)).id, words: [code] }
      },
    },
    submitted: {
      verb: 'payouts declare-dead',
      scene: async (s) => {
        const key = await s.lostPayout(true)
        return { ...confirmed(key), row: await idWhere(s, 'payouts', 'key', key) }
      },
    },
    succeeded: provider,
    failed: provider,
    reversed: provider,
  },
  product: {
    draft: repeating(
      of('products activate', (s) => s.product()),
      'active',
    ),
    active: repeating(
      of('products deactivate', (s) => s.product(s.market.factoryId, `X-${s.next()}`, true)),
      'inactive',
    ),
    inactive: repeating(
      of('products activate', async (s) => {
        const id = await s.product(s.market.factoryId, `X-${s.next()}`, true)
        await s.ask('products', 'deactivate', id)
        return id
      }),
      'active',
    ),
  },
  review: {
    pending: of(
      'reviews publish',
      async (s) => await put(s, 'reviews', await s.review(), "status = 'pending'"),
    ),
    published: of(
      'reviews hide',
      async (s) => await put(s, 'reviews', await s.review(), "status = 'published'"),
    ),
    hidden: of(
      'reviews publish',
      async (s) => await put(s, 'reviews', await s.review(), "status = 'hidden'"),
    ),
  },
  settlement: {
    calculated: of('settle void', (s) => s.settlement()),
    approved: of('settle hold', (s) => s.approvedSettlement()),
    submitted: payoutsOwn,
    paid: provider,
    failed: { verb: 'settle retry', scene: async (s) => confirmed(await s.failedSettlement()) },
    reversed: {
      verb: 'settle retry',
      scene: async (s) => confirmed(await settledAs("status = 'reversed'")(s)),
    },
    on_hold: of('settle release', async (s) => {
      const code = await s.settlement()
      await s.ask('settle', 'hold', code, '--reason', 'a test')
      return code
    }),
  },
  suspense: {
    open: { verb: 'suspense write-off', scene: async (s) => confirmed(await s.suspended()) },
    requested: of('suspense reject', (s) => s.suspendedAsked()),
    offset: decided('offset', (s) => ['--factory', s.market.factoryId]),
    wallet: decided('to-wallet', async (s) => ['--user', (await s.buyer()).id], -5_000),
    collected: decided('collect', (s) => ['--reference', `BCA-${s.next()}`]),
    written_off: decided('write-off', () => []),
    reassigned: decided('reassign', () => ['--fee']),
  },
  user: {
    active: of('users suspend', async (s) => (await s.buyer()).id),
    suspended: of('users activate', async (s) => {
      const { id } = await s.buyer()
      await s.ask('users', 'suspend', id, '--reason', 'a test')
      return id
    }),
  },
  'wallet adjustment': { requested: of('wallets adjustments reject', (s) => s.adjustment()) },
  withdrawal: {
    held: of('wallets withdrawals reject', async (s) => (await s.withdrawal()).code),
    approved: of('wallets withdrawals reject', async (s) => {
      const { code } = await s.withdrawal()
      await s.ask('wallets', 'withdrawals', 'approve', code, '--reason', 'a test')
      return code
    }),
    submitted: payoutsOwn,
    succeeded: provider,
    failed: provider,
    reversed: provider,
  },
  'purchase order': {
    draft: of('purchase-orders send', purchase()),
    sent: of('purchase-orders confirm', purchase('send')),
    confirmed: of('purchase-orders cancel', purchase('send', 'confirm')),
    shipped: of(
      'purchase-orders cancel',
      async (s) =>
        await put(s, 'warehouse_purchase_orders', await s.purchaseOrder('send'), "status = 'shipped'"),
    ),
    partially_received: of(
      'purchase-orders close',
      async (s) =>
        await put(
          s,
          'warehouse_purchase_orders',
          await s.purchaseOrder('send'),
          "status = 'partially_received'",
        ),
    ),
    received: of('purchase-orders close', purchase('send', 'receive')),
  },
  reservation: {
    open: {
      verb: 'orders cancel',
      scene: async (s) => {
        const { id, code } = await s.paidOrder()
        return { row: await idWhere(s, 'stock_reservations', 'subject_id', id), words: [code] }
      },
      mayRepeat: true,
    },
  },
  message: {
    queued: of('whatsapp cancel', (s) => s.queuedMessage()),
    sent: { rests: 'it is out; receipts alone lead on' },
    delivered: { rests: 'it has arrived; a receipt alone leads on' },
  },
}
