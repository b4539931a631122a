import { z } from 'zod'
import { INVOICE_MINIMUM_IDR } from '../../providers/xendit/facts.ts'

const whole = z.int().min(0)

/**
 * The schema of the `policy` section of the configuration: business limits, times and rates as numbers, with
 * their defaults.
 */
export const policySchema = z.strictObject({
  holdMinutes: whole
    .min(1)
    .default(60)
    .describe('the time (minutes) for which an unpaid join holds its units'),
  holdMinutesNew: whole
    .min(1)
    .default(30)
    .describe('the same for a buyer who has never paid anything: long enough for a bank transfer'),
  sessionExtensions: whole.default(3).describe('the number of times that staff may extend a forming session'),
  orderInvoiceHours: whole
    .min(1)
    .default(24)
    .describe('the time (hours) for which an unpaid direct order holds its stock'),
  orderInvoiceHoursNew: whole.min(1).default(3).describe('the same for a buyer who has never paid anything'),
  defaultCommissionBps: whole.max(10_000).default(500),
  bankCoolingOffHours: whole
    .default(72)
    .describe('the time (hours) for which nothing is paid to a new bank account of a factory'),
  returnWindowDays: whole
    .default(7)
    .describe('the number of days after delivery in which goods may be sent back'),
  settlementAfterDays: whole.default(7),
  settlementMinimumIdr: whole.default(10_000),
  settlementTwoPersonAboveIdr: whole.default(50_000_000),
  withdrawalMinimumIdr: whole.default(10_000),
  withdrawalFeeIdr: whole.default(2_500),
  withdrawalApprovalAboveIdr: whole
    .default(5_000_000)
    .describe('a withdrawal above this amount waits for staff'),
  wayInCoolingHours: whole
    .default(72)
    .describe(
      'the time (hours) after a change of a phone number, email address, bank account or tax number. In this time the owner of the old one may stop the change, and nothing is paid out of the wallet',
    ),
  newDestinationHours: whole
    .default(24)
    .describe('the time (hours) until a new bank account of a buyer may receive money'),
  bankBatchHours: whole
    .min(1)
    .default(48)
    .describe(
      'the time (hours) after which staff are notified of a batch of bank transfers whose result was not entered',
    ),
  payoutTries: whole
    .min(1)
    .default(4)
    .describe('the maximum number of payouts for one settlement, if payouts fail for temporary reasons'),
  payoutMinimumIdr: whole
    .default(10_000)
    .describe('the smallest amount that the provider pays out; staff pay smaller withdrawals by hand'),
  invoiceMinimumIdr: whole
    .default(INVOICE_MINIMUM_IDR)
    .describe('the smallest amount of an invoice; a smaller amount can only be paid from the wallet'),
  closingHours: whole
    .default(24)
    .describe('the time (hours) between the arrival of the last payout and the erasure of a closed account'),
  refundTwoPersonAboveIdr: whole
    .default(1_000_000)
    .describe(
      'the limit for one person: above it, the refunds of one payment or the money given to one wallet in a day need a second approver',
    ),
  aloneDayIdr: whole
    .default(1_000_000)
    .describe(
      'the amount that one person may give away alone in a day, and that one receiver may get so: goodwill, corrections, refunds, returns, failed orders, write-offs, quarantined money',
    ),
  aloneWeekIdr: whole.default(3_000_000).describe('the same within seven days'),
  settlementDayIdr: whole
    .default(50_000_000)
    .describe(
      'the sum of settlements that one person may approve alone in a day, and that one factory may get so',
    ),
  settlementWeekIdr: whole.default(150_000_000).describe('the same within seven days'),
  withdrawalDayIdr: whole
    .default(5_000_000)
    .describe(
      'the amount that may leave one wallet, or go to one bank account, in a day without approval by staff',
    ),
  withdrawalWeekIdr: whole.default(15_000_000).describe('the same within seven days'),
  otpMinutes: whole.min(1).default(5),
  otpTries: whole.min(1).default(5),
  otpPerNumberAtOnce: whole
    .min(1)
    .default(5)
    .describe('the number of codes that one network, device or user may request for a phone number at once'),
  otpPerNumberEveryS: whole
    .min(1)
    .max(60)
    .default(60)
    .describe('after that, one code per this number of seconds'),
  otpPerPhonePerHour: whole
    .min(1)
    .default(30)
    .describe(
      'the number of codes an hour that all strangers together may request for a phone number before they need proof of work',
    ),
  otpPerAddressPerHour: whole
    .min(1)
    .default(600)
    .describe('the same for one IPv4 address, which thousands of phones may share'),
  otpPerHomePerHour: whole.min(1).default(20).describe('the same for one IPv6 /64: a home or a phone'),
  otpPerSitePerHour: whole.min(1).default(240).describe('the same for one IPv6 /48'),
  otpOverallPerMinute: whole
    .min(1)
    .default(600)
    .describe(
      'the number of codes a minute that all strangers together may request before they need proof of work',
    ),
  wrongCodesPerAddressPerHour: whole
    .min(1)
    .default(300)
    .describe(
      'the number of wrong codes an hour from one IPv4 address, after which further guesses need proof of work',
    ),
  wrongCodesPerHomePerHour: whole.min(1).default(20).describe('the same for one IPv6 /64'),
  wrongCodesPerMinute: whole.min(1).default(300).describe('the same for all networks together, a minute'),
  whatsappCodesPerDay: whole
    .min(1)
    .default(20_000)
    .describe('the maximum number of codes sent by WhatsApp a day; strangers may use four fifths of it'),
  smsPerDay: whole.min(1).default(5_000).describe('the same for SMS'),
  parcelMaxKg: whole
    .min(1)
    .default(429)
    .describe('the maximum weight of a parcel (kg): couriers quote no price for a heavier one'),
  ratesPerPersonPerMinute: whole
    .min(1)
    .default(15)
    .describe(
      'the number of times a minute that couriers are asked for prices for one customer; after that the zone table gives the price',
    ),
  ratesPerPagePerMinute: whole
    .min(1)
    .default(5)
    .describe('the same for one visit to a session’s page without a log-in'),
  ratesPerNetworkPerMinute: whole
    .min(1)
    .default(10)
    .describe('the same for all page visits from one IPv4 address or IPv6 /64'),
  ratesOfPagesPerMinute: whole.min(1).default(20).describe('the same for all page visits together'),
  unpaidPlaces: whole
    .min(1)
    .default(10)
    .describe('the maximum number of unpaid places of one buyer in all sessions together'),
  unpaidShareBps: whole
    .min(1)
    .max(10_000)
    .default(2_500)
    .describe(
      'the largest share (basis points) of a session’s capacity that one unpaid place may hold, and of a variant’s stock that one buyer’s unpaid orders may hold; at least unpaidShareFloor units',
    ),
  unpaidShareFloor: whole.min(1).default(100),
  unpaidRenewals: whole
    .default(2)
    .describe(
      'the number of times a day that a buyer may take the same place, or ask for a new payment of the same order, again without paying',
    ),
  unpaidOrders: whole.min(1).default(10).describe('the maximum number of unpaid orders of one buyer'),
  unpaidOrdersPerDay: whole
    .min(1)
    .default(10)
    .describe(
      'the number of a buyer’s orders that may end unpaid in a day; after that the buyer can only place orders that are paid at once',
    ),
  unpaidOrderUnits: whole
    .min(1)
    .default(1_000)
    .describe('the maximum number of pieces in all unpaid orders of one buyer together'),
  staffMessagesPerDay: whole
    .min(1)
    .default(200)
    .describe('the maximum number of WhatsApp messages that one member of staff may send a day'),
  messageCountries: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .min(1)
    .default(['ID'])
    .describe('the countries (ISO 3166) whose phone numbers get messages that cost money'),
  accessTokenMinutes: whole.min(1).default(15),
  refreshTokenDays: whole.min(1).default(30),
  rateCacheHours: whole.min(1).default(24),
  rateTimeoutMs: whole.min(100).default(3_000),
  trackAfterHours: whole
    .min(1)
    .default(6)
    .describe('the time (hours) without an update after which laku asks the courier about a parcel'),
  zoneFees: z
    .strictObject({
      sameCityIdr: whole.default(12_000),
      sameIslandIdr: whole.default(22_000),
      otherIslandIdr: whole.default(45_000),
    })
    .prefault({})
    .describe('the shipping fee per kilogram if no courier’s price can be had'),
  quietFromHour: whole
    .max(23)
    .default(21)
    .describe('the hour in Jakarta from which notices that are not about money wait'),
  quietToHour: whole.max(23).default(7).describe('the hour in Jakarta until which they wait'),
  whatsappBurst: whole
    .min(1)
    .default(10)
    .describe('the number of messages that one phone number may get at once'),
  whatsappPaceS: whole.default(6).describe('after that, one message per this number of seconds'),
  reviewEditDays: whole.default(30).describe('the number of days in which a buyer may edit a review'),
  fulfilRetries: whole
    .default(5)
    .describe(
      'the number of failed stock checks after which the orders of a closed session are made without the check',
    ),
  purchaseOrderAnswerHours: whole
    .min(1)
    .default(24)
    .describe(
      'the time (hours) after which staff are notified that a factory has not answered a purchase order',
    ),
  xenditCallsPerMinute: whole
    .min(1)
    .default(600)
    .describe('Xendit’s rate limit for each endpoint, a minute: 600 with a live key, 60 with a test key'),
  customerRequestsPerMinute: whole
    .min(1)
    .default(300)
    .describe('the maximum number of requests a minute of one customer to one server process'),
  staffRequestsPerMinute: whole
    .min(1)
    .default(6_000)
    .describe('the same for one token of a staff member or a service'),
  addressRequestsPerMinute: whole
    .min(1)
    .default(3_000)
    .describe('the same for one IP address without a log-in; thousands of phones may share one'),
  refusedTokensPerMinute: whole
    .min(1)
    .default(600)
    .describe(
      'the number of requests with wrong or expired tokens a minute, after which their IP address must wait',
    ),
  webhookBodyDays: whole
    .min(1)
    .default(90)
    .describe('the number of days after which the body of a webhook is deleted'),
  providerKeyHours: whole
    .min(1)
    .default(12)
    .describe(
      'the time (hours) after its first call for which the provider surely knows an idempotency key; after that, nothing is sent under the key',
    ),
  providerListLagMinutes: whole
    .default(15)
    .describe('the longest time (minutes) until the provider’s lists show a new object'),
  providerBookHours: whole
    .min(1)
    .default(24)
    .describe(
      'the time (hours) for which the provider’s transaction list must lack a lost call before it may be declared dead',
    ),
  providerStuckDays: whole
    .min(1)
    .default(7)
    .describe(
      'the time (days) for which the provider must show a payout or refund as under way before two persons may give it up by a ticket of its support',
    ),
  floatIdr: whole
    .default(0)
    .describe(
      'the amount of the company’s own money that should be at the provider, so that refunds need not wait for incoming money; laku providers check reports a smaller amount',
    ),
  balanceAgainS: whole
    .min(1)
    .default(900)
    .describe(
      'the time (seconds) until laku checks again whether the balance suffices for what waits; the provider settles incoming money once a day',
    ),
  refundForm: z
    .enum(['current', 'legacy'])
    .default('current')
    .describe(
      'the field by which a refund request names its payment: payment_request_id, or invoice_id for older accounts (legacy)',
    ),
  refundChannels: z
    .record(z.string(), z.union([z.literal(false), z.strictObject({ days: whole, parts: z.boolean() })]))
    .default({})
    .describe(
      'the payment channels whose refund rules in this account’s contract differ from Xendit’s documentation; false: the channel accepts no refund',
    ),
  refundPendingHours: whole
    .min(1)
    .default(72)
    .describe(
      'the time (hours) after which an attention item is raised for a refund that the provider accepted and has not ended',
    ),
  providerAttempts: whole
    .min(1)
    .default(8)
    .describe('the number of failed attempts after which an attention item is raised'),
})

export type Policy = z.infer<typeof policySchema>

export const defaultPolicy: Policy = policySchema.parse({})
