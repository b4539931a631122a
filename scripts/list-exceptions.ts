/** Lists of states that may stand where they are written, by file, each with the reason. */
export const listExceptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'src/commands/demo/settlement.ts': {
    'picked_up, in_transit, delivered': 'the demo sets these statuses of an order one after another',
  },
  'src/commands/demo/shipment-tracking.ts': {
    'picked_up, in_transit, delivered': 'the demo expects these three steps of a parcel',
  },
  'src/domain/composition/restore/adopt-provider.ts': {
    'approved, on_hold':
      'a settlement is taken back step by step; this step begins here or at the one before',
    'approved, on_hold, calculated': 'the last of these steps',
  },
  'src/domain/group-buying/checks.ts': {
    'pending_stock, orders_created': 'the check states which sessions may be short of stock',
  },
  'src/domain/logistics/tracking/courier-statuses.ts': {
    'cancelled, returning': 'the two meanings of a status of the courier, not a kind of parcels',
  },
  'src/domain/order/checks.ts': {
    'pending_payment, cancelled': 'the check states for each status which money an order keeps',
    'paid, processing, ready_for_pickup, on_hold, picked_up, in_transit, returning': 'the same check',
    'delivered, completed, return_requested': 'the same check',
  },
  'src/domain/settlement/paying/pay.ts': {
    'on_hold, void': 'a row of transitions: those that a retry may make',
  },
  'src/domain/wallet/checks.ts': {
    'held, rejected': 'the check states for each status which payout a withdrawal has',
    'held, rejected, succeeded, reversed': 'the same check',
  },
  'src/domain/wallet/withdrawals/pay-by-hand.ts': {
    'submitted, succeeded': 'the two postings of a withdrawal that is paid by hand, in their order',
  },
  'src/http/pages/session-texts.ts': {
    'failed, cancelled, refunded': 'the comparison gives these states to the page by their type',
  },
  'src/http/routes/factories.ts': {
    'active, suspended': 'the values that this route takes: a factory is never set to inactive',
    'pending, verified, rejected': 'the values that this route takes: a factory is never set to unverified',
  },
  'src/http/routes/group-sessions.ts': {
    'held, paid': 'the outcomes of a join, of which others cannot be answered',
  },
  'src/http/routes/products.ts': {
    'draft, active': 'the values that the route takes for a new product',
    'active, inactive': 'the values that the route takes for a change',
  },
}
