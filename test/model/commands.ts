import fc from 'fast-check'

export const BUYERS = 4

/** What buyers, the payment gateway, the factory, staff and the clock do. `nth` picks one of what there is by then. */
export type Command =
  | { do: 'join'; buyer: number; units: number; from: 'invoice' | 'wallet' }
  | { do: 'leave'; buyer: number }
  /** An invoice of a payment is paid: the first or a second one, in time or late, once or again, with this much too much. */
  | { do: 'pay'; nth: number; invoice: 'a' | 'b'; channel: 'BCA' | 'DANA'; offIdr: number }
  | { do: 'expire'; nth: number }
  | { do: 'decide'; nth: number; how: 'apply' | 'wallet' | 'refund' }
  /** All refunds that are due are sent or asked about, and the gateway says this to each. */
  | { do: 'send'; answer: 'succeeded' | 'pending' | 'failed' | 'hopeless' | 'lost' }
  | { do: 'pass'; minutes: number }
  | { do: 'check' | 'close' | 'extend' | 'cancel' | 'refund' }
  | { do: 'fulfil'; by: 'system' | 'staff' }
  | { do: 'stock'; units: number }
  | { do: 'receive'; good: number; damaged: number }
  | { do: 'endPurchase'; how: 'cancel' | 'close' }

export interface Terms {
  moq: number
  room: number
  perUserLimit: number
  closePolicy: 'at_moq' | 'at_deadline'
  tiers: { minUnits: number; unitPriceIdr: number }[]
}

const nth = fc.nat(9)
const channel = fc.constantFrom('BCA', 'DANA')
const units = fc.integer({ min: 1, max: 3 })
const buyer = fc.nat(BUYERS - 1)

/** How often each comes among the others: what ends a history is rare, so that what comes late in one is seen. */
const weights: readonly [weight: number, arbitrary: fc.Arbitrary<unknown>][] = [
  [
    10,
    fc.record({
      do: fc.constant('join'),
      buyer,
      units,
      from: fc.constantFrom('invoice', 'invoice', 'wallet'),
    }),
  ],
  [
    14,
    fc.record({
      do: fc.constant('pay'),
      nth,
      invoice: fc.constantFrom('a', 'a', 'a', 'b'),
      channel,
      offIdr: fc.constantFrom(0, 0, 0, 0, 0, 0, -5_000, 7_000),
    }),
  ],
  [4, fc.record({ do: fc.constant('expire'), nth })],
  [7, fc.record({ do: fc.constant('decide'), nth, how: fc.constantFrom('apply', 'wallet', 'refund') })],
  [5, fc.record({ do: fc.constant('leave'), buyer })],
  [
    6,
    fc.record({
      do: fc.constant('send'),
      answer: fc.constantFrom('succeeded', 'succeeded', 'pending', 'failed', 'hopeless', 'lost'),
    }),
  ],
  [3, fc.record({ do: fc.constant('pass'), minutes: fc.constantFrom(5, 61, 61, 360) })],
  [5, fc.record({ do: fc.constantFrom('check', 'close', 'close', 'extend') })],
  [1, fc.record({ do: fc.constantFrom('cancel', 'refund') })],
  [14, fc.record({ do: fc.constant('fulfil'), by: fc.constantFrom('system', 'system', 'staff') })],
  [4, fc.record({ do: fc.constant('stock'), units: fc.integer({ min: 1, max: 4 }) })],
  [8, fc.record({ do: fc.constant('receive'), good: fc.nat(3), damaged: fc.nat(1) })],
  [2, fc.record({ do: fc.constant('endPurchase'), how: fc.constantFrom('cancel', 'close') })],
]

const command = fc.oneof(
  ...weights.map(([weight, arbitrary]) => ({ weight, arbitrary: arbitrary as fc.Arbitrary<Command> })),
)

/** Some buyers who join and pay, as most do, now and then too much, which staff accept: without them few histories would get beyond forming. */
const crowd = fc
  .array(fc.record({ units, channel, offIdr: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 7_000) }), {
    maxLength: BUYERS,
  })
  .map((all) =>
    all.flatMap(({ units, channel, offIdr }, buyer): Command[] => [
      { do: 'join', buyer, units, from: 'invoice' },
      { do: 'pay', nth: buyer, invoice: 'a', channel: channel as 'BCA' | 'DANA', offIdr },
      ...(offIdr === 0 ? [] : [{ do: 'decide', nth: 0, how: 'apply' } as const]),
    ]),
  )

/** A crowd, then anything, in any order. */
export const histories: fc.Arbitrary<Command[]> = fc
  .tuple(crowd, fc.array(command, { minLength: 6, maxLength: 24 }))
  .map(([first, rest]) => [...first, ...rest])

export const terms: fc.Arbitrary<Terms> = fc.record({
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
