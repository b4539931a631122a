import fc from 'fast-check'
import type { ParcelMove } from './model/parcel.ts'
import type { Channel, GatewayAnswer } from './model/payments.ts'
import type { PayoutAnswer } from './model/payouts.ts'
import type { SettlementAct } from './model/settlements.ts'

export const BUYERS = 4

/** The way of paying. `part`: as much as possible from the wallet, the rest by invoice. */
type By = 'invoice' | 'wallet' | 'part'
type Pieces = readonly number[]

interface OfSession {
  session: number
}

interface OfOrder {
  of: 'order'
  /** Selects one of the existing objects: the number is taken modulo their count; -1 selects the last. */
  nth: number
}

/** The acts of buyers, the payment gateway, couriers, the factory, staff and the clock. */
export type Command =
  | ({ do: 'join'; buyer: number; pieces: Pieces; from: By } & OfSession)
  | ({ do: 'leave'; buyer: number } & OfSession)
  | ({ do: 'check' | 'close' | 'extend' | 'cancel' | 'refund' } & OfSession)
  | ({ do: 'fulfil'; by: 'system' | 'staff' } & OfSession)
  | { do: 'stock'; pieces: Pieces }
  | ({ do: 'receive'; good: Pieces; damaged: Pieces } & OfSession)
  | ({ do: 'endPurchase'; how: 'cancel' | 'close' } & OfSession)
  /**
   * An invoice of a payment is paid: the first or a second one, in time or late, once or again. `offIdr` is
   * the amount by which too much is paid.
   */
  | { do: 'pay'; nth: number; invoice: 'a' | 'b'; channel: Channel; offIdr: number }
  | { do: 'expire'; nth: number }
  /** The card issuer takes back the whole payment, or half of it. */
  | { do: 'chargeBack'; nth: number; parts: 1 | 2 }
  | { do: 'decide'; nth: number; how: 'apply' | 'wallet' | 'refund' }
  /** All due refunds are sent or asked about, and the gateway gives this answer for each. */
  | { do: 'send'; answer: GatewayAnswer }
  | { do: 'pass'; minutes: number }
  | { do: 'order'; buyer: number; pieces: Pieces; from: By }
  | ({ do: 'reopen'; from: By } & OfOrder)
  | ({ do: 'cancelOrder'; by: 'buyer' | 'staff' } & OfOrder)
  | ({ do: 'hold' | 'letGo' | 'sendAgain' | 'refundReturned' } & OfOrder)
  | ({ do: 'book'; priceIdr: number } & OfOrder)
  | ({ do: 'parcel'; to: ParcelMove } & OfOrder)
  | ({ do: 'return'; all: boolean; isOurFault: boolean } & OfOrder)
  | ({ do: 'inspect'; how: 'accept' | 'writeOff' | 'refuse' } & OfOrder)
  | { do: 'goodwill'; buyer: number; amountIdr: number }
  /** The amount; the whole balance if it is left out. */
  | { do: 'withdraw'; buyer: number; amountIdr?: number | undefined }
  | { do: 'withdrawal'; nth: number; act: 'approve' | 'reject' | 'retry' }
  /** All waiting payouts are sent, and the provider gives this answer for each payout under way. */
  | { do: 'payouts'; answer: PayoutAnswer }
  | { do: 'settle' }
  | { do: 'settlement'; nth: number; act: SettlementAct }

export interface Terms {
  moq: number
  room: number
  perUserLimit: number
  closePolicy: 'at_moq' | 'at_deadline'
  tiers: { minUnits: number; unitPriceIdr: number }[]
}

const of = fc.constantFrom
const nth = fc.nat(9)
const buyer = fc.nat(BUYERS - 1)
const session = fc.nat(2)
const from = of<By[]>('invoice', 'invoice', 'wallet', 'part', 'part')
const pieces = of<Pieces[]>([1, 0], [2, 0], [0, 1], [1, 1], [1, 2])
const channel = of<Channel[]>('BCA', 'DANA')
const offIdr = of(0, 0, 0, 0, 0, 0, 0, -5_000, 7_000)

type Make<C> = { [K in keyof C]: fc.Arbitrary<C[K]> | C[K] }

/** Returns a command whose parts are arbitrary. A part that is no arbitrary is used as it is. */
function one<const C extends Command>(parts: Make<C>): fc.Arbitrary<Command> {
  const model = Object.entries(parts).map(([key, part]) => [
    key,
    part !== null && typeof part === 'object' && 'generate' in part ? part : fc.constant(part),
  ])
  return fc.record(Object.fromEntries(model)) as fc.Arbitrary<Command>
}

const order = { of: 'order', nth } as const
const nextMove = of<ParcelMove[]>(
  'picked_up',
  'in_transit',
  'delivered',
  'delivered',
  'returning',
  'returned',
  'lost',
  'cancelled',
)

/** The frequency of each command. Commands that end a history are rare, so that late effects occur too. */
const weights: readonly [weight: number, arbitrary: fc.Arbitrary<Command>][] = [
  [6, one({ do: 'join', session, buyer, pieces, from })],
  [10, one({ do: 'pay', nth, invoice: of('a', 'a', 'a', 'b'), channel, offIdr })],
  [3, one({ do: 'expire', nth })],
  [2, one({ do: 'chargeBack', nth, parts: of(1, 2) })],
  [5, one({ do: 'decide', nth, how: of('apply', 'wallet', 'refund') })],
  [5, one({ do: 'leave', session, buyer })],
  [6, one({ do: 'send', answer: of('succeeded', 'succeeded', 'pending', 'failed', 'hopeless', 'lost') })],
  [3, one({ do: 'pass', minutes: of(5, 61, 121, 370) })],
  [4, one({ do: of('check', 'close', 'close', 'extend'), session })],
  [2, one({ do: of('cancel', 'refund'), session })],
  [8, one({ do: 'fulfil', session, by: of('system', 'system', 'staff') })],
  [2, one({ do: 'stock', pieces })],
  [5, one({ do: 'receive', session, good: of([1, 0], [1, 1], [3, 2]), damaged: of([0, 0], [0, 0], [1, 0]) })],
  [2, one({ do: 'endPurchase', session, how: of('cancel', 'close') })],
  [3, one({ do: 'order', buyer, pieces, from })],
  [3, one({ do: 'reopen', ...order, from })],
  [3, one({ do: 'cancelOrder', ...order, by: of('buyer', 'staff') })],
  [4, one({ do: of('hold', 'letGo', 'sendAgain', 'refundReturned'), ...order })],
  [4, one({ do: 'book', ...order, priceIdr: of(9_000, 10_000, 12_000) })],
  [8, one({ do: 'parcel', ...order, to: nextMove })],
  [4, one({ do: 'return', ...order, all: fc.boolean(), isOurFault: fc.boolean() })],
  [4, one({ do: 'inspect', ...order, how: of('accept', 'writeOff', 'refuse') })],
  [2, one({ do: 'goodwill', buyer, amountIdr: of(9_000, 30_000) })],
  [
    5,
    one({ do: 'withdraw', buyer, amountIdr: of<(number | undefined)[]>(5_000, 20_000, 130_000, undefined) }),
  ],
  [3, one({ do: 'withdrawal', nth, act: of('approve', 'reject', 'retry') })],
  [5, one({ do: 'payouts', answer: of('succeeded', 'succeeded', 'pending', 'failed', 'lost', 'reversed') })],
  [4, one({ do: 'settle' })],
  [6, one({ do: 'settlement', nth, act: of('approve', 'pay', 'pay', 'hold', 'release', 'void', 'retry') })],
]

const anything = fc.array(fc.oneof(...weights.map(([weight, arbitrary]) => ({ weight, arbitrary }))), {
  minLength: 3,
  maxLength: 10,
})

const last = { of: 'order', nth: -1 } as const

/**
 * Some buyers who join and pay, as most buyers do; some of them pay too much, which staff accept. Then their
 * session continues.
 */
const crowd = fc
  .record({
    session,
    all: fc.array(fc.record({ pieces, channel, offIdr: of(0, 0, 0, 0, 0, 0, 7_000, -5_000) }), {
      minLength: 1,
      maxLength: BUYERS,
    }),
    way: fc.nat(5),
    steps: fc.nat(5),
    answer: of<GatewayAnswer[]>('succeeded', 'succeeded', 'pending', 'failed', 'hopeless', 'lost'),
  })
  .map(({ session, all, way, steps, answer }): Command[] => {
    const by = 'system'
    const send: Command = { do: 'send', answer }
    const ways: readonly (readonly Command[])[] = [
      [{ do: 'close', session }, { do: 'stock', pieces: [2, 1] }, { do: 'fulfil', session, by }, send],
      [
        { do: 'close', session },
        { do: 'fulfil', session, by },
        { do: 'receive', session, good: [1, 1], damaged: [0, 0] },
        { do: 'fulfil', session, by },
        { do: 'refund', session },
      ],
      [
        { do: 'stock', pieces: [6, 6] },
        { do: 'close', session },
        { do: 'fulfil', session, by },
      ],
      [{ do: 'cancel', session }, send],
      [
        { do: 'leave', session, buyer: 0 },
        { do: 'join', session, buyer: 0, pieces: [1, 0], from: 'invoice' },
        { do: 'leave', session, buyer: 0 },
        send,
      ],
      [{ do: 'pass', minutes: 370 }, send],
    ]
    return [
      ...all.flatMap(({ pieces, channel, offIdr }, buyer): Command[] => [
        { do: 'join', session, buyer, pieces, from: 'invoice' },
        { do: 'pay', nth: -1, invoice: 'a', channel, offIdr },
        ...(offIdr === 0 ? [] : [{ do: 'decide', nth: 0, how: 'apply' } as const]),
      ]),
      ...(ways[way] ?? []).slice(0, steps),
    ]
  })

const to = (move: ParcelMove): Command => ({ do: 'parcel', ...last, to: move })
const settled = (act: SettlementAct): Command => ({ do: 'settlement', nth: -1, act })
const settling: readonly Command[] = [{ do: 'settle' }, settled('approve'), settled('pay')]

/** The further way of a paid order: delivered, lost, returned or not sent, and what happens to its money. */
const ways = fc
  .record({
    way: fc.nat(6),
    astray: of<ParcelMove[]>('returned', 'lost', 'cancelled'),
    priceIdr: of(9_000, 12_000),
    by: of<('buyer' | 'staff')[]>('buyer', 'staff'),
    all: of(true, true, false),
    isOurFault: fc.boolean(),
    how: of<('accept' | 'writeOff' | 'refuse')[]>('accept', 'accept', 'writeOff', 'refuse'),
    answer: of<GatewayAnswer[]>('succeeded', 'succeeded', 'pending', 'failed', 'hopeless', 'lost'),
    said: of<PayoutAnswer[]>('succeeded', 'succeeded', 'failed', 'lost'),
  })
  .map(({ way, astray, priceIdr, by, all, isOurFault, how, answer, said }): readonly Command[] => {
    const book: Command = { do: 'book', ...last, priceIdr }
    const back: Command[] = [
      { do: 'return', ...last, all, isOurFault },
      { do: 'inspect', ...last, how },
      { do: 'send', answer },
    ]
    const paid: Command[] = [...settling, { do: 'payouts', answer: said }]
    const again: Command[] = [settled('retry'), { do: 'payouts', answer: 'succeeded' }]
    const delivered = [book, to('in_transit'), to('delivered')]
    const decision: Command = { do: by === 'buyer' ? 'sendAgain' : 'refundReturned', ...last }
    const cancelled: Command[] = [
      { do: 'cancelOrder', ...last, by },
      { do: 'send', answer },
    ]
    return [
      [...delivered, ...back, ...paid],
      [...delivered, ...paid, ...back, { do: 'payouts', answer: 'reversed' } as const, ...again],
      [...delivered, ...settling.slice(0, 2), ...back, settled('hold'), settled('release'), ...paid],
      [...delivered, { do: 'pass', minutes: 370 } as const, ...back, ...paid],
      [book, to('picked_up'), to(astray), to('returning'), to('returned'), decision, ...cancelled, ...paid],
      [{ do: 'hold', ...last } as const, { do: 'letGo', ...last } as const, ...cancelled],
      [{ do: 'chargeBack', nth: -1, parts: 2 } as const, book, ...cancelled],
    ][way] as readonly Command[]
  })

/** A direct order that goes some way. If its invoice expires, a new payment is requested. */
const sale = fc
  .record({ buyer, pieces, channel, from, isLate: of(false, false, true), way: ways, steps: fc.nat(13) })
  .map(({ buyer, pieces, channel, from, isLate, way, steps }): Command[] => [
    { do: 'stock', pieces: [2, 2] },
    { do: 'order', buyer, pieces, from: 'invoice' },
    ...(isLate ? [{ do: 'expire', nth: -1 } as const, { do: 'reopen', ...last, from } as const] : []),
    { do: 'pay', nth: -1, invoice: 'a', channel, offIdr: 0 },
    ...way.slice(0, steps),
  ])

/** A withdrawal from a wallet, which goes some way to its bank. */
const purse = fc
  .record({
    amountIdr: of<(number | undefined)[]>(20_000, 130_000, 130_000, undefined),
    act: of<('approve' | 'reject')[]>('approve', 'approve', 'reject'),
    answers: fc.tuple(
      of<PayoutAnswer[]>('succeeded', 'pending', 'failed', 'lost'),
      of<PayoutAnswer[]>('succeeded', 'failed', 'reversed'),
    ),
    steps: fc.integer({ min: 1, max: 6 }),
  })
  .map(({ amountIdr, act, answers: [first, second], steps }): Command[] =>
    [
      { do: 'withdraw', buyer: 0, amountIdr } as const,
      { do: 'withdrawal', nth: -1, act } as const,
      { do: 'payouts', answer: first } as const,
      { do: 'payouts', answer: second } as const,
      { do: 'withdrawal', nth: -1, act: 'retry' } as const,
      { do: 'payouts', answer: 'succeeded' } as const,
    ].slice(0, steps),
  )

/** Histories: crowds, sales and withdrawals, with single commands between them, in any order. */
export const histories: fc.Arbitrary<Command[]> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: crowd },
      { weight: 5, arbitrary: sale },
      { weight: 2, arbitrary: purse },
      { weight: 4, arbitrary: anything },
    ),
    { minLength: 2, maxLength: 3 },
  )
  .map((parts) => parts.flat())

export const terms: fc.Arbitrary<Terms[]> = fc.array(
  fc
    .record({
      moq: fc.integer({ min: 1, max: 4 }),
      room: fc.nat(5),
      perUserLimit: fc.constantFrom(2, 3),
      closePolicy: fc.constantFrom('at_moq', 'at_deadline'),
      tiers: fc.constantFrom(
        [{ minUnits: 1, unitPriceIdr: 50_000 }],
        [
          { minUnits: 1, unitPriceIdr: 50_000 },
          { minUnits: 3, unitPriceIdr: 44_990 },
          { minUnits: 6, unitPriceIdr: 40_000 },
        ],
      ),
    })
    // A tier that no sale can reach would be refused, so it is left out.
    .map((item) => {
      const most = item.closePolicy === 'at_moq' ? item.moq : item.moq + item.room
      return { ...item, tiers: item.tiers.filter((tier) => tier.minUnits <= most) }
    }),
  { minLength: 1, maxLength: 3 },
)
