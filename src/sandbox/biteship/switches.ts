import { finalRefusalCodes } from '../../providers/biteship/facts.ts'
import type { Switches } from '../profile.ts'

/**
 * The switches of Biteship: behaviours that have several variants (`choices`), among which a test chooses.
 * The first variant is the documented one.
 */
export const biteshipSwitches = {
  'biteship.rates': {
    fact: 'biteship.rate-price',
    says: 'whether one of the rates has no price, or the price 0',
    choices: ['priced', 'one_unpriced', 'one_free'],
  },
  'biteship.waybill': {
    fact: 'biteship.waybill',
    says: 'whether an order has its waybill number, link and driver at once, or only after the event order.waybill_id',
    choices: ['late', 'at_once'],
  },
  'biteship.tracking': {
    fact: 'biteship.nullable',
    says: 'whether an order has a tracking id, and its history entries have times, or both are null',
    choices: ['filled', 'null'],
  },
  'biteship.cancel': {
    fact: 'biteship.called-off',
    says: 'whether a cancelled order gets the status cancelled or rejected, or cannot be cancelled',
    choices: ['cancelled', 'rejected', 'fails'],
  },
  'biteship.order-refusal': {
    fact: 'biteship.final-refusals',
    says: 'the error code with which a complete order is refused; none: the order is accepted',
    choices: ['none', ...finalRefusalCodes],
  },
  'biteship.ping': {
    fact: 'biteship.install-ping',
    says: 'the body of the ping that Biteship sends when a webhook is installed',
    choices: ['empty', 'chunked', 'null', 'form', 'list', 'text'],
  },
} as const satisfies Switches
