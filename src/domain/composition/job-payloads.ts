import type { NextWayBecause } from '../auth/index.ts'

/** The jobs that events start, each with its data. The worker defines the jobs under these names. */
declare module '../kernel/event-reactions.ts' {
  interface JobPayloads {
    'email.confirm': { userId: string }
    'email.send': { deliveryId: string }
    'fees.true': { orderId: string }
    'groups.fulfil': { sessionId: string }
    notify: { eventId: string }
    'otp.deliver': { challengeId: string; because?: NextWayBecause }
    'payments.withdraw': { paymentId: string }
    'payouts.submit': { payoutId: string }
    'pos.estimate': { purchaseOrderId: string }
    'push.send': { deliveryId: string }
    'refunds.submit': { refundId: string }
    'settlements.announce': { settlementId: string }
    'shipments.book': { orderId: string }
    'ways.tell': { changeId: string; unreached?: string; retiredKey?: string }
    'webhooks.biteship': { inboxId: string }
    'webhooks.whatsapp': { inboxId: string }
    'webhooks.xendit': { inboxId: string }
    'whatsapp.send': { messageId: string }
  }
}
