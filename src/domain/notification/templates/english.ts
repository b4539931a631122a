import { formatIdr, type Rupiah } from '../../kernel/index.ts'
import { isToldStatus, type NotifiedStatus } from '../notice-rules.ts'
import {
  because,
  type NoticeText,
  type NoticeTexts,
  type RefundReason,
  type WithdrawalPayload,
  type WithdrawalState,
} from './texts.ts'

const reasons: Record<RefundReason, string> = {
  session_failed: 'The session did not reach its target.',
  session_cancelled: 'The session was cancelled.',
  session_closed: 'The session was closed when the payment came in.',
  hold_expired: 'The payment came in after the time to pay was over.',
  paid_twice: 'The payment came in twice.',
  buyer_left: 'You left the session.',
  order_cancelled: 'The order was cancelled.',
  order_undeliverable: 'The parcel could not be handed over.',
  order_returned: 'Your return was accepted.',
  parcel_lost: 'The courier lost the parcel.',
  fee_trued: 'The courier takes less than the estimated shipping fee.',
  out_of_stock: 'The goods are not available any more.',
}

const statuses: Record<NotifiedStatus, (code: string) => NoticeText> = {
  ready_for_pickup: (code) => ({
    title: `Order ${code} is ready`,
    body: 'The courier will pick up your parcel soon.',
  }),
  picked_up: (code) => ({ title: `Order ${code} was picked up`, body: 'Your parcel is with the courier.' }),
  in_transit: (code) => ({
    title: `Order ${code} is on its way`,
    body: 'Your parcel is on its way to your address.',
  }),
  on_hold: (code) => ({
    title: `Order ${code} is on hold`,
    body: 'We are sorting it out and will let you know.',
  }),
  failed: (code) => ({
    title: `The parcel of order ${code} is lost`,
    body: 'The courier could not deliver it. We will contact you soon.',
  }),
  returning: (code) => ({
    title: `Order ${code} is being returned`,
    body: 'The courier could not hand over the parcel and brings it back.',
  }),
  returned: (code) => ({
    title: `Order ${code} came back`,
    body: 'The parcel is back in our warehouse. We will contact you.',
  }),
}

const withdrawals: Record<WithdrawalState, (event: WithdrawalPayload) => NoticeText> = {
  held: ({ code, amountIdr, feeIdr, byStaff, closesAccount }) => ({
    title: `Withdrawal ${code} of ${formatIdr(amountIdr)} was requested`,
    body: `${fee(feeIdr)} ${byStaff ? 'Our staff asked for it on your behalf.' : 'If you did not request it, contact us at once.'}${closesAccount ? ' Your account is closed when the money has arrived.' : ''}`,
  }),
  approved: ({ code, amountIdr }) => ({
    title: `Withdrawal ${code} was approved`,
    body: `${formatIdr(amountIdr)} will be sent to your account.`,
  }),
  submitted: ({ code, amountIdr }) => ({
    title: `Withdrawal ${code} was sent`,
    body: `${formatIdr(amountIdr)} is on its way to your account.`,
  }),
  succeeded: ({ code, amountIdr }) => ({
    title: `Withdrawal ${code} has arrived`,
    body: `${formatIdr(amountIdr)} is in your account.`,
  }),
  failed: ({ code, amountIdr, feeIdr }) => ({
    title: `Withdrawal ${code} failed`,
    body: `The bank did not accept it. ${formatIdr(amountIdr + feeIdr)} is in your Laku wallet again.`,
  }),
  reversed: ({ code, amountIdr, feeIdr }) => ({
    title: `Withdrawal ${code} was sent back`,
    body: `Your bank returned it. ${formatIdr(amountIdr + feeIdr)} is in your Laku wallet again.`,
  }),
  rejected: ({ code, amountIdr, feeIdr }) => ({
    title: `Withdrawal ${code} was not approved`,
    body: `${formatIdr(amountIdr + feeIdr)} is in your Laku wallet again. If you do not know the reason, contact us.`,
  }),
}

const fee = (feeIdr: number) => (feeIdr > 0 ? `The fee is ${formatIdr(feeIdr)}.` : 'There is no fee.')

/**
 * The English words for the wallet's part of a payment. `held`: the part is held in the wallet until the rest
 * is paid. `free`: the part is no longer held, so the buyer can use it again.
 */
const held = (walletIdr: Rupiah) =>
  walletIdr > 0 ? `, of which ${formatIdr(walletIdr)} is held in your wallet` : ''
const free = (walletIdr: Rupiah) =>
  walletIdr > 0 ? ` ${formatIdr(walletIdr)} is back in your Laku wallet.` : ''

export const english: NoticeTexts = {
  'session.moq_reached': ({ code, paidUnits }) => ({
    title: `Session ${code} reached its target`,
    body: `${paidUnits} units were bought together. We are getting the goods and will tell you when your order is made.`,
  }),
  'participant.joined': ({ code, units, totalIdr, walletIdr }) => ({
    title: `Your place in session ${code} is held`,
    body: `${units} units, ${formatIdr(totalIdr)} in all${held(walletIdr)}. Pay by this link before the time is over.`,
  }),
  'participant.released': ({ code }) => ({
    title: `Session ${code} is closed`,
    body: 'Your place was not paid and has been released. You need not pay its invoice any more.',
  }),
  'payment.paid': ({ code, amountIdr }) => ({
    title: 'Payment received',
    body: `We have received ${formatIdr(amountIdr)} for ${code}. Thank you!`,
  }),
  'payment.expired': ({ code, amountIdr, walletIdr }) => ({
    title: 'The time to pay is over',
    body: `Invoice ${code} of ${formatIdr(amountIdr)} is no longer valid.${free(walletIdr)}`,
  }),
  'payment.failed': ({ code, amountIdr, walletIdr }) => ({
    title: 'The payment did not succeed',
    body: `Invoice ${code} of ${formatIdr(amountIdr)} is no longer valid. If you have paid anything, we return it.${free(walletIdr)}`,
  }),
  'order.created': ({ code, totalIdr, walletIdr }) => ({
    title: `Order ${code} waits for payment`,
    body: `${formatIdr(totalIdr)} in all${held(walletIdr)}. Pay by this link before the time is over.`,
  }),
  'order.paid': ({ code }) => ({
    title: 'The session succeeded!',
    body: `Your order ${code} is made and being prepared.`,
  }),
  'order.cancelled': ({ code, wasPaid }) => ({
    title: `Order ${code} was cancelled`,
    body: wasPaid ? 'We are returning your money.' : 'There is nothing to pay.',
  }),
  'order.status_changed': ({ code, to }) =>
    isToldStatus(to) ? statuses[to](code) : { title: `Order ${code}`, body: `Status: ${to}.` },
  'order.delivered': ({ code }) => ({
    title: `Order ${code} was delivered`,
    body: 'Your parcel has arrived. Enjoy! Tell other buyers how you like it with a review.',
  }),
  'return.refused': ({ code }) => ({
    title: `Your return of order ${code} was not accepted`,
    body: 'You can read the reason in your order.',
  }),
  'refund.decided': ({ refundCode, refundIdr, reason }) => ({
    title: `We are returning ${formatIdr(refundIdr)}`,
    body: `${because(reasons, reason)}Refund ${refundCode} is on its way to where you paid from.`,
  }),
  'refund.failed': ({ refundCode, refundIdr }) => ({
    title: `Returning ${formatIdr(refundIdr)} takes longer`,
    body: `Refund ${refundCode} was not taken yet by where you paid from. We try again and let you know.`,
  }),
  'refund.waiting': ({ refundCode, refundIdr }) => ({
    title: `Returning ${formatIdr(refundIdr)} waits for your payment`,
    body: `Your payment is not settled yet, which takes one to five days. After that we send refund ${refundCode} automatically.`,
  }),
  'refund.succeeded': ({ refundCode, refundIdr, reason, destination }) => ({
    title: `${formatIdr(refundIdr)} was returned`,
    body: `${because(reasons, reason)}Refund ${refundCode} has reached ${
      destination === 'wallet' ? 'your Laku wallet' : 'where you paid from'
    }.`,
  }),
  'withdrawal.status_changed': (event) => withdrawals[event.to](event),
}
