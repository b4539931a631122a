import {
  challengeOfMessage,
  endCallerCodes,
  endChangedLogins,
  endLoginsOf,
  endOpenCodes,
} from '../auth/index.ts'
import { rateFactories } from '../factory/index.ts'
import {
  allocateReceived,
  applyEndedPurchaseOrders,
  confirmParticipants,
  keepBelowShelf,
  markParticipantsRefunded,
  releaseHolds,
  resumeWaiting,
} from '../group-buying/index.ts'
import {
  type Choreography,
  type EventPayloads,
  type EventType,
  type JobRule,
  startJob,
  type Work,
} from '../kernel/index.ts'
import { absorbCourierFees } from '../logistics/index.ts'
import '../notification/events.ts'
import {
  applyShipmentStatus,
  applyWaybillChanges,
  cancelUnpaidOrders,
  earnDelivered,
  markOrdersPaid,
  markOrdersRefunded,
  startProcessing,
} from '../order/index.ts'
import { freeParts, refundSessionPayments } from '../payment/index.ts'
import '../payout/events.ts'
import { assignNewFactories } from '../office/index.ts'
import { rateProducts } from '../product/index.ts'
import '../review/events.ts'
import '../suspense/events.ts'
import {
  holdSuspended,
  markSettlementsFailed,
  markSettlementsPaid,
  markSettlementsReversed,
  markSettlementsSubmitted,
  reviveSettlements,
  stopRetries,
} from '../settlement/index.ts'
import { nameReceivers } from './name-receivers.ts'
import { notifyFactoriesOfReturn } from './notify-factories/return-accepted.ts'
import { notifyFactoriesOfSettlement } from './notify-factories/settlement-paid.ts'
import { changeOfMessage } from './ways-in/notify-old-channels.ts'
import '../user/events.ts'
import '../way-in/events.ts'
import {
  holdWithdrawalsOfSuspended,
  lockPaidWithdrawals,
  markWithdrawalsFailed,
  markWithdrawalsReversed,
  markWithdrawalsSubmitted,
  markWithdrawalsSucceeded,
  releaseWithdrawals,
  reviveWithdrawals,
  scheduleErasure,
} from '../wallet/index.ts'
import { applyPickups, reportUnreachedFactories } from '../warehouse/index.ts'
import '../whatsapp/events.ts'
import './job-payloads.ts'

/**
 * The job that notifies a buyer of an event. It runs after the commit, so a notice that fails never undoes
 * the change itself.
 */
const notify: JobRule<EventType> = startJob({ job: 'notify', data: ({ id }) => ({ eventId: id }) })

/**
 * The job that notifies a buyer of a refund. The buyer gets no notice if the company keeps the money. This
 * happens if the issuer of the buyer's card has already paid the buyer.
 */
const notifyBuyer: JobRule<'refund.decided' | 'refund.succeeded'> = startJob({
  job: 'notify',
  data: ({ id, payload }) => (payload.refundIdr > 0 ? { eventId: id } : undefined),
})

/**
 * Returns the rule that puts a provider's webhook deliveries into a queue of that provider alone. With one
 * queue for all providers, the deliveries of one would wait for the rate limits of another.
 */
const queueOf = (provider: EventPayloads['webhook.received']['provider']): JobRule<'webhook.received'> =>
  startJob({
    job: `webhooks.${provider}`,
    data: ({ payload }) => (payload.provider === provider ? { inboxId: payload.inboxId } : undefined),
  })

async function refundSessions(
  work: Work,
  events: readonly { payload: { sessionId: string } }[],
  reason: string,
): Promise<void> {
  const sessionIds = events.map((event) => event.payload.sessionId)
  await refundSessionPayments(work, sessionIds, reason)
}

/**
 * The reactions and jobs that follow each event: the service map's communication table, ordered by event.
 * Reactions run in the same transaction as the event, in the order given; jobs run after its commit. An event
 * with an empty row is kept as history, and nothing follows it.
 */
export const choreography: Choreography = {
  // This event needs no job. The requested code is in a WhatsApp message, and the event whatsapp.queued sends
  // that message.
  'otp.requested': {},
  'otp.way_chosen': {
    jobs: [
      startJob({
        job: 'otp.deliver',
        data: ({ payload: { challengeId, channel } }) => ({ challengeId, because: { asked: channel } }),
      }),
    ],
  },
  'user.registered': {},
  'user.email_proven': {
    jobs: [startJob({ job: 'email.confirm', data: ({ payload }) => ({ userId: payload.userId }) })],
  },
  'user.suspended': { reactions: [endLoginsOf, holdWithdrawalsOfSuspended] },
  'user.activated': { reactions: [releaseWithdrawals] },
  'user.deleted': { reactions: [endLoginsOf] },

  'way_in.changed': {
    reactions: [endChangedLogins, endCallerCodes, endOpenCodes],
    jobs: [startJob({ job: 'ways.tell', data: ({ payload }) => ({ changeId: payload.changeId }) })],
  },
  'way_in.stopped': { reactions: [endChangedLogins, endCallerCodes, endOpenCodes] },

  'whatsapp.queued': {
    jobs: [startJob({ job: 'whatsapp.send', data: ({ payload }) => ({ messageId: payload.messageId }) })],
  },
  'whatsapp.failed': {
    reactions: [reportUnreachedFactories],
    jobs: [
      startJob({
        job: 'otp.deliver',
        data: ({ payload }) => {
          const challengeId = challengeOfMessage(payload.dedupeKey)
          return challengeId === undefined ? undefined : { challengeId }
        },
      }),
      startJob({
        job: 'ways.tell',
        data: ({ payload: { dedupeKey } }) => {
          const changeId = changeOfMessage(dedupeKey)
          return changeId === undefined ? undefined : { changeId, unreached: dedupeKey }
        },
      }),
    ],
  },
  'notification.email_queued': {
    jobs: [startJob({ job: 'email.send', data: ({ payload }) => ({ deliveryId: payload.deliveryId }) })],
  },
  'notification.push_queued': {
    jobs: [startJob({ job: 'push.send', data: ({ payload }) => ({ deliveryId: payload.deliveryId }) })],
  },
  'webhook.received': {
    jobs: [queueOf('xendit'), queueOf('biteship'), queueOf('whatsapp')],
  },

  'factory.created': { reactions: [assignNewFactories] },
  'factory.bank_account_set': {},
  'factory.bank_account_approved': {},
  'factory.status_changed': { reactions: [holdSuspended] },
  'product.created': {},
  'product.status_changed': {},
  'product.prices_lowered': { reactions: [keepBelowShelf] },

  'office.created': {},
  'pickup.scheduled': {},
  'pickup.started': {},
  'pickup.completed': { reactions: [applyPickups] },
  'pickup.failed': {},
  'pickup.cancelled': {},

  'review.written': {},
  'review.published': { reactions: [rateProducts, rateFactories] },
  'review.hidden': { reactions: [rateProducts, rateFactories] },
  'review.rerated': { reactions: [rateProducts, rateFactories] },

  'participant.joined': { jobs: [notify] },
  'participant.paid': {},
  'participant.released': {
    jobs: [
      notify,
      startJob({
        job: 'payments.withdraw',
        // The job withdraws the participant's unpaid invoice at the provider. An expired invoice needs no
        // job. A paid invoice needs no job either, because its payment is refunded instead.
        data: ({ payload: { because, wasPaid, paymentId } }) =>
          because === 'expired' || wasPaid ? undefined : { paymentId },
      }),
    ],
  },

  'order.created': { jobs: [notify] },
  'order.paid': { jobs: [notify] },
  'order.allocated': {
    jobs: [startJob({ job: 'shipments.book', data: ({ payload }) => ({ orderId: payload.orderId }) })],
  },
  'order.status_changed': { jobs: [notify] },
  'return.requested': {},
  // The use case that accepts a return also restocks the goods and refunds the buyer, so no reaction does
  // this. Settlement needs no reaction either, because it reads the refund's ledger entries.
  'return.accepted': { reactions: [notifyFactoriesOfReturn] },
  'return.refused': { jobs: [notify] },
  'order.delivered': { reactions: [earnDelivered], jobs: [notify] },
  'order.cancelled': { reactions: [absorbCourierFees], jobs: [notify] },

  'payment.paid': { reactions: [markOrdersPaid, confirmParticipants], jobs: [notify] },
  'payment.expired': { reactions: [cancelUnpaidOrders, releaseHolds, freeParts], jobs: [notify] },
  'payment.failed': { reactions: [cancelUnpaidOrders, releaseHolds, freeParts], jobs: [notify] },
  'payment.withdrawn': {
    jobs: [startJob({ job: 'payments.withdraw', data: ({ payload }) => ({ paymentId: payload.paymentId }) })],
  },

  'refund.decided': {
    jobs: [
      notifyBuyer,
      startJob({
        job: 'refunds.submit',
        // A refund to the buyer's wallet is complete already. So only a refund to the source of the payment,
        // such as a card, is sent to the provider.
        data: ({ payload }) =>
          payload.destination === 'source' ? { refundId: payload.refundId } : undefined,
      }),
    ],
  },
  'refund.succeeded': { reactions: [markOrdersRefunded, markParticipantsRefunded], jobs: [notifyBuyer] },
  'refund.failed': { jobs: [notify] },
  'refund.waiting': { jobs: [notify] },

  'payout.created': {
    jobs: [startJob({ job: 'payouts.submit', data: ({ payload }) => ({ payoutId: payload.payoutId }) })],
  },
  // The domain that made the payout (settlement or withdrawal) writes its own ledger postings, in the same
  // transaction.
  'payout.submitted': {
    reactions: [lockPaidWithdrawals, markSettlementsSubmitted, markWithdrawalsSubmitted],
  },
  'payout.succeeded': { reactions: [lockPaidWithdrawals, markSettlementsPaid, markWithdrawalsSucceeded] },
  'payout.revived': { reactions: [reviveSettlements, reviveWithdrawals] },
  'payout.failed': { reactions: [lockPaidWithdrawals, markSettlementsFailed, markWithdrawalsFailed] },
  'payout.dropped': {},
  'payout.reversed': { reactions: [lockPaidWithdrawals, markSettlementsReversed, markWithdrawalsReversed] },
  'payout.contradicted': { reactions: [stopRetries] },

  'suspense.receiver_unnamed': { reactions: [nameReceivers] },

  'withdrawal.status_changed': { reactions: [scheduleErasure], jobs: [notify] },
  'wallet.adjusted': {},

  'settlement.calculated': {},
  'settlement.approved': {},
  'settlement.held': {},
  'settlement.released': {},
  'settlement.voided': {},
  'settlement.paid': {
    reactions: [notifyFactoriesOfSettlement],
    jobs: [
      startJob({
        job: 'settlements.announce',
        data: ({ payload }) => ({ settlementId: payload.settlementId }),
      }),
    ],
  },
  'settlement.failed': {},
  'settlement.reversed': {},

  'session.created': {},
  'session.opened': {},
  'session.extended': {},
  'session.moq_reached': {
    jobs: [
      startJob({ job: 'groups.fulfil', data: ({ payload }) => ({ sessionId: payload.sessionId }) }),
      notify,
    ],
  },
  'session.fulfilment_due': {
    jobs: [startJob({ job: 'groups.fulfil', data: ({ payload }) => ({ sessionId: payload.sessionId }) })],
  },
  'session.pending_stock': {},
  'session.orders_created': {},
  'session.succeeded': {},
  'session.failed': { reactions: [(work, events) => refundSessions(work, events, 'session_failed')] },
  'session.cancelled': { reactions: [(work, events) => refundSessions(work, events, 'session_cancelled')] },
  'session.refunded': {},

  'stock.added': { reactions: [resumeWaiting] },
  'stock.reserved': {},

  'purchase_order.created': {},
  // The message to the factory about its purchase order is queued in the same transaction; the event
  // whatsapp.queued sends it.
  'purchase_order.sent': {
    jobs: [
      startJob({
        job: 'pos.estimate',
        data: ({ payload }) => ({ purchaseOrderId: payload.purchaseOrderId }),
      }),
    ],
  },
  'purchase_order.answered': {},
  'purchase_order.confirmed': {},
  'purchase_order.shipped': {},
  'purchase_order.received': { reactions: [allocateReceived] },
  'purchase_order.closed': { reactions: [applyEndedPurchaseOrders] },
  'purchase_order.cancelled': { reactions: [applyEndedPurchaseOrders] },

  'shipment.created': { reactions: [startProcessing] },
  'shipment.status_changed': { reactions: [applyShipmentStatus] },
  'shipment.priced': {
    // The correction of the shipping fee may refund money, and a refund must lock the payment before the
    // order. In the transaction of this event, the order is locked already. So a job corrects the fee after
    // the commit.
    jobs: [startJob({ job: 'fees.true', data: ({ payload: { orderId } }) => ({ orderId }) })],
  },
  'shipment.waybill_changed': { reactions: [applyWaybillChanges] },
}
