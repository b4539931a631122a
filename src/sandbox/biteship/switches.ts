import { finalRefusalCodes } from '../../providers/biteship/facts.ts'
import type { Switches } from '../profile.ts'

/**
 * The behaviours of Biteship that a test can choose; the first choice of each switch is the documented one.
 */
export const biteshipSwitches = {
  'biteship.rates': {
    fact: 'biteship.rate-price',
    says: 'whether one of the rates comes without a price, or with one of 0',
    choices: ['priced', 'one_unpriced', 'one_free'],
  },
  'biteship.waybill': {
    fact: 'biteship.waybill',
    says: 'whether an order has its waybill, link and driver at once, or only with order.waybill_id',
    choices: ['late', 'at_once'],
  },
  'biteship.tracking': {
    fact: 'biteship.nullable',
    says: 'whether an order has a tracking id and its history times, or null',
    choices: ['filled', 'null'],
  },
  'biteship.cancel': {
    fact: 'biteship.called-off',
    says: 'whether a cancelled order is then called cancelled or rejected, or whether cancelling fails',
    choices: ['cancelled', 'rejected', 'fails'],
  },
  'biteship.order-refusal': {
    fact: 'biteship.final-refusals',
    says: 'what an order is refused with that lacks nothing; none where it is made',
    choices: ['none', ...finalRefusalCodes],
  },
  'biteship.ping': {
    fact: 'biteship.install-ping',
    says: 'the body of the ping of an installation',
    choices: ['empty', 'chunked', 'null', 'form', 'list', 'text'],
  },
} as const satisfies Switches
