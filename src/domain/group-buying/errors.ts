import { defineErrors } from '../kernel/index.ts'

export const groupBuyingErrors = defineErrors('group_buying', {
  session_not_found: ['not_found', 'This session was not found. Check its code or id.'],
  participant_not_found: ['not_found', 'This place in a session was not found. Check its id.'],
  product_not_found: ['not_found', 'This product was not found. See the products with laku products list.'],
  product_not_active: [
    'conflict',
    'This product or its factory is not active. Activate it with laku products activate or laku factories activate, then try again.',
  ],
  invalid_tiers: [
    'invalid',
    'The price tiers are not valid. Each tier needs more units and a lower price than the tier before it, and exactly one price for each variant.',
  ],
  tier_out_of_reach: [
    'invalid',
    'A price tier starts at more units than this session can sell. Use fewer units in the tier, a larger --capacity, or --close-policy at_deadline.',
  ],
  variants_differ: [
    'invalid',
    'One price cannot be used for all variants, because their shelf prices differ. Give a price for each variant (SKU:price), or one discount (-5000 or -10%).',
  ],
  price_above_shelf: [
    'invalid',
    'In this tier the price of a variant is higher than its shelf price. Lower the price of that variant.',
  ],
  shelf_below_session: [
    'conflict',
    'A session sells this variant at a higher price, so its shelf price cannot be this low yet. Wait until the sessions shown here have ended, or cancel them with laku sessions cancel.',
  ],
  variant_not_found: [
    'invalid',
    'This product has no such variant. See its variants with laku products show.',
  ],
  invalid_terms: [
    'invalid',
    'The MOQ, the capacity or the limit per buyer is not valid. Give whole numbers above 0, and a capacity that is not below the MOQ.',
  ],
  invalid_period: [
    'invalid',
    'The start or the end of the session is not valid. The start must not be in the past, and the end must be later than the start. If a session is extended, its new end must also be later than its previous end.',
  ],
  session_not_forming: [
    'conflict',
    'This session is not forming any more, or its time is over. See its status with laku sessions show.',
  ],
  below_moq: [
    'conflict',
    'This session has fewer paid units than its MOQ, so it cannot be closed as a success. Wait for more buyers, or use laku sessions extend or laku sessions cancel.',
  ],
  extensions_used: [
    'conflict',
    'This session was already extended the maximum number of times. Let it end, or use laku sessions close or laku sessions cancel.',
  ],
  session_not_open: [
    'conflict',
    'This session does not accept new buyers now. Choose another session, or try again when this one is open.',
  ],
  session_full: [
    'conflict',
    'This session does not have enough units left. Choose fewer units or another session.',
  ],
  already_joined: [
    'conflict',
    'You already have a place in this session. To change it, leave the session first, then join again.',
  ],
  per_user_limit: [
    'conflict',
    'The session limits the units of each buyer, and you chose more than this limit. Choose fewer units.',
  ],
  user_not_active: [
    'forbidden',
    'This account is suspended or is being closed, so it cannot join a session. Contact customer support.',
  ],
  address_not_found: [
    'not_found',
    'This address is not one of your saved addresses. Choose another address, or add a new one.',
  ],
  variant_not_in_session: [
    'invalid',
    'This variant is not sold in this session. Choose one of the variants of the session.',
  ],
  no_items: [
    'invalid',
    'There is no item, or a quantity is not a whole number above 0. Choose at least one item, each with a valid quantity.',
  ],
  too_many_unpaid: [
    'conflict',
    'You have too many places that are not paid yet. Pay for one of them or leave it, then join again.',
  ],
  unpaid_share: [
    'conflict',
    'You asked for more units than a place may hold before it is paid. Choose fewer units, or pay from your wallet.',
  ],
  hold_renewed: [
    'conflict',
    'You took this place several times today and did not pay for it. Try again tomorrow, or pay from your wallet.',
  ],
  not_joined: ['not_found', 'You have no place in this session. Check that you chose the right session.'],
  leave_refused: [
    'conflict',
    'You can no longer leave this session, because it has enough buyers and goes ahead. If you need help, contact customer support.',
  ],
  not_fulfillable: [
    'conflict',
    'This session cannot be fulfilled: it has not reached its MOQ, or it was ended before. See its status with laku sessions show.',
  ],
  stock_short: [
    'conflict',
    'There is not enough stock for this session yet. Order the missing pieces with laku purchase-orders create, or count them in with laku purchase-orders receive.',
  ],
  not_refundable: [
    'conflict',
    'This session cannot be refunded as a whole. Cancel a session that is still forming with laku sessions cancel; refund single payments with laku refunds create.',
  ],
})
