import { defineErrors } from '../kernel/index.ts'

export const groupBuyingErrors = defineErrors('group_buying', {
  session_not_found: ['not_found', 'There is no such session.'],
  participant_not_found: ['not_found', 'There is no such participation.'],
  product_not_found: ['not_found', 'There is no such product.'],
  product_not_active: ['conflict', 'A session needs an active product of an active factory.'],
  invalid_tiers: ['invalid', 'Tiers need rising units and strictly falling prices.'],
  tier_out_of_reach: [
    'invalid',
    'No sale can reach this tier: it lies beyond the capacity, or beyond the MOQ at which the session closes.',
  ],
  variants_differ: [
    'invalid',
    'The variants have different shelf prices: give a price for each variant, or one discount off every shelf price.',
  ],
  price_above_shelf: ['invalid', 'In this tier a variant would cost more than at the shelf.'],
  variant_not_found: ['invalid', 'The product has no such variant.'],
  invalid_terms: [
    'invalid',
    'MOQ, capacity and limit count whole units above 0, and a capacity holds its MOQ.',
  ],
  invalid_period: ['invalid', 'A session must end in the future, and after it starts.'],
  session_not_forming: ['conflict', 'This change is only possible while the session still forms.'],
  below_moq: ['conflict', 'The session is below its MOQ: it can be cancelled, but not closed as a success.'],
  extensions_used: ['conflict', 'The session was extended as often as is allowed.'],
  session_not_open: ['conflict', 'This session takes no joins now.'],
  session_full: ['conflict', 'The session does not have that many units left.'],
  already_joined: ['conflict', 'You are in this session already; leave it first to join it otherwise.'],
  per_user_limit: ['conflict', 'That is more than one buyer may take in this session.'],
  user_not_active: ['forbidden', 'This account is suspended, or being closed.'],
  address_not_found: ['not_found', 'You have no such address.'],
  variant_not_in_session: ['invalid', 'This variant is not sold in this session.'],
  no_items: ['invalid', 'A join needs at least one item, each with a whole quantity above 0.'],
  too_many_unpaid: ['conflict', 'You hold as many unpaid places as one buyer may; pay or leave one first.'],
  unpaid_share: [
    'conflict',
    'One unpaid place may hold only this many units of a session; pay from the wallet, or take fewer.',
  ],
  hold_renewed: [
    'conflict',
    'You gave up this place unpaid several times today; come again tomorrow, or pay from the wallet.',
  ],
  not_joined: ['not_found', 'You have no place in this session.'],
  leave_refused: ['conflict', 'The session has what it needs to go ahead; its places can no longer be left.'],
  not_fulfillable: ['conflict', 'Only a session that reached its MOQ is fulfilled.'],
  stock_short: ['conflict', 'The stock does not cover this session yet.'],
  not_refundable: [
    'conflict',
    'This session cannot be refunded as a whole: cancel one that still forms; refund orders that are made one by one.',
  ],
})
