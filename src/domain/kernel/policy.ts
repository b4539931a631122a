import { z } from 'zod'
import { INVOICE_MINIMUM_IDR } from '../../providers/xendit/facts.ts'

const whole = z.int().min(0)

/**
 * The schema of the `policy` section of the configuration: business limits, times and rates as numbers, with
 * their defaults.
 */
export const policySchema = z.strictObject({
  holdMinutes: whole.min(1).default(60).describe('an unpaid join keeps its units so long'),
  holdMinutesNew: whole
    .min(1)
    .default(30)
    .describe('the same of a buyer who never paid anything: long enough for a transfer at the bank'),
  sessionExtensions: whole.default(3).describe('a forming session may be given more time so often'),
  orderInvoiceHours: whole.min(1).default(24).describe('an unpaid direct order keeps its stock so long'),
  orderInvoiceHoursNew: whole.min(1).default(3).describe('the same of a buyer who never paid anything'),
  defaultCommissionBps: whole.max(10_000).default(500),
  bankCoolingOffHours: whole.default(72).describe('a new bank account of a factory is paid nothing so long'),
  returnWindowDays: whole.default(7).describe('so long after delivery goods may be sent back'),
  settlementAfterDays: whole.default(7),
  settlementMinimumIdr: whole.default(10_000),
  settlementTwoPersonAboveIdr: whole.default(50_000_000),
  withdrawalMinimumIdr: whole.default(10_000),
  withdrawalFeeIdr: whole.default(2_500),
  withdrawalApprovalAboveIdr: whole.default(5_000_000).describe('a larger one waits for staff'),
  wayInCoolingHours: whole
    .default(72)
    .describe(
      'so long after a phone number, an address for mail, a bank account or a tax number changed may the old channel stop it, and no wallet is paid out',
    ),
  newDestinationHours: whole.default(24).describe('a new account takes money only after so long'),
  bankBatchHours: whole
    .min(1)
    .default(48)
    .describe('so long a batch of bank transfers waits for the bank’s word before a person is told'),
  payoutTries: whole
    .min(1)
    .default(4)
    .describe('so often a settlement is paid, where its payouts fail for reasons that pass'),
  payoutMinimumIdr: whole
    .default(10_000)
    .describe('the provider pays out no less; what is less leaves wallets by hand'),
  invoiceMinimumIdr: whole
    .default(INVOICE_MINIMUM_IDR)
    .describe('the provider makes no invoice of less; what is less is paid from wallets'),
  closingHours: whole
    .default(24)
    .describe('so long after its money has arrived an account that is closed is erased'),
  refundTwoPersonAboveIdr: whole
    .default(1_000_000)
    .describe(
      'what one person refunds of a payment above it, or gives to a wallet in a day, needs a second one',
    ),
  aloneDayIdr: whole
    .default(1_000_000)
    .describe(
      'so much may one person give away alone in a day, and one receiver be given: goodwill, corrections, refunds, returns, failed orders, write-offs, quarantined money',
    ),
  aloneWeekIdr: whole.default(3_000_000).describe('the same within seven days'),
  settlementDayIdr: whole
    .default(50_000_000)
    .describe('so much of settlements may one person approve alone in a day, and to one factory'),
  settlementWeekIdr: whole.default(150_000_000).describe('the same within seven days'),
  withdrawalDayIdr: whole
    .default(5_000_000)
    .describe('so much leaves one wallet, or for one account, in a day without staff'),
  withdrawalWeekIdr: whole.default(15_000_000).describe('the same within seven days'),
  otpMinutes: whole.min(1).default(5),
  otpTries: whole.min(1).default(5),
  otpPerNumberAtOnce: whole
    .min(1)
    .default(5)
    .describe('codes that one network, device or user has sent to a number at once'),
  otpPerNumberEveryS: whole.min(1).max(60).default(60).describe('then one in so many seconds'),
  otpPerPhonePerHour: whole
    .min(1)
    .default(30)
    .describe('codes that all strangers together have sent to a number before work is asked of them'),
  otpPerAddressPerHour: whole
    .min(1)
    .default(600)
    .describe('the same of one IPv4 address, which thousands of phones may share'),
  otpPerHomePerHour: whole.min(1).default(20).describe('the same of one IPv6 /64: a home or a phone'),
  otpPerSitePerHour: whole.min(1).default(240).describe('the same of one IPv6 /48'),
  otpOverallPerMinute: whole.min(1).default(600).describe('the same of all strangers'),
  wrongCodesPerAddressPerHour: whole
    .min(1)
    .default(300)
    .describe('wrong codes of one IPv4 address before a second guess asks for work'),
  wrongCodesPerHomePerHour: whole.min(1).default(20).describe('the same of one IPv6 /64'),
  wrongCodesPerMinute: whole.min(1).default(300).describe('the same of all'),
  whatsappCodesPerDay: whole
    .min(1)
    .default(20_000)
    .describe('codes by WhatsApp a day; strangers have four fifths of them'),
  smsPerDay: whole.min(1).default(5_000).describe('the same by SMS'),
  parcelMaxKg: whole.min(1).default(429).describe('couriers quote no heavier parcel'),
  ratesPerPersonPerMinute: whole
    .min(1)
    .default(15)
    .describe('so often one customer has couriers asked for prices; then those of the zone table stand in'),
  ratesPerPagePerMinute: whole
    .min(1)
    .default(5)
    .describe('so often couriers are asked for who has a session’s page and no log-in'),
  ratesPerNetworkPerMinute: whole
    .min(1)
    .default(10)
    .describe('the same for all pages of one IPv4 address or IPv6 /64'),
  ratesOfPagesPerMinute: whole.min(1).default(20).describe('the same for all pages together'),
  unpaidPlaces: whole.min(1).default(10).describe('unpaid places that one buyer holds, over all sessions'),
  unpaidShareBps: whole
    .min(1)
    .max(10_000)
    .default(2_500)
    .describe(
      'of a session’s capacity one unpaid place holds so much, and of a variant’s stock one buyer’s unpaid orders; or unpaidShareFloor units',
    ),
  unpaidShareFloor: whole.min(1).default(100),
  unpaidRenewals: whole
    .default(2)
    .describe('so often a day a buyer takes a place again that they did not pay'),
  unpaidOrders: whole.min(1).default(10).describe('unpaid orders of one buyer'),
  unpaidOrdersPerDay: whole
    .min(1)
    .default(10)
    .describe('after so many orders of a day that ended unpaid, a buyer places none that waits for payment'),
  unpaidOrderUnits: whole.min(1).default(1_000).describe('pieces that all of them hold together'),
  staffMessagesPerDay: whole.min(1).default(200).describe('what one member of staff sends by WhatsApp'),
  messageCountries: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .min(1)
    .default(['ID'])
    .describe('countries (ISO 3166) whose numbers get messages that cost money'),
  accessTokenMinutes: whole.min(1).default(15),
  refreshTokenDays: whole.min(1).default(30),
  rateCacheHours: whole.min(1).default(24),
  rateTimeoutMs: whole.min(100).default(3_000),
  trackAfterHours: whole.min(1).default(6).describe('a parcel without an update for so long is asked for'),
  zoneFees: z
    .strictObject({
      sameCityIdr: whole.default(12_000),
      sameIslandIdr: whole.default(22_000),
      otherIslandIdr: whole.default(45_000),
    })
    .prefault({})
    .describe('a kilogram, where no courier price can be had'),
  quietFromHour: whole
    .max(23)
    .default(21)
    .describe('from this hour in Jakarta on, notices that are not about money wait'),
  quietToHour: whole.max(23).default(7).describe('until this one'),
  whatsappBurst: whole.min(1).default(10).describe('messages that one number gets at once'),
  whatsappPaceS: whole.default(6).describe('after its burst a number gets one message in so many seconds'),
  reviewEditDays: whole.default(30).describe('a buyer may edit a review so long'),
  fulfilRetries: whole
    .default(5)
    .describe('then a closed session gets its orders without its stock being checked'),
  purchaseOrderAnswerHours: whole
    .min(1)
    .default(24)
    .describe('then a person is told that a factory is silent'),
  xenditCallsPerMinute: whole
    .min(1)
    .default(600)
    .describe('what Xendit takes an endpoint: 600 live, 60 with a test key'),
  customerRequestsPerMinute: whole
    .min(1)
    .default(300)
    .describe('what one customer may ask of one serving process'),
  staffRequestsPerMinute: whole.min(1).default(6_000).describe('the same for one staff or service token'),
  addressRequestsPerMinute: whole
    .min(1)
    .default(3_000)
    .describe('the same for one address without a login; thousands of phones share one'),
  refusedTokensPerMinute: whole
    .min(1)
    .default(600)
    .describe('then an address with wrong or expired tokens is told to wait'),
  webhookBodyDays: whole.min(1).default(90).describe('then what a provider sent is dropped'),
  providerKeyHours: whole
    .min(1)
    .default(12)
    .describe('so long after its first call the provider surely knows a key: nothing is sent under it later'),
  providerListLagMinutes: whole
    .default(15)
    .describe('what the provider made stands in its lists at the latest so much later'),
  providerBookHours: whole
    .min(1)
    .default(24)
    .describe("so much of the provider's book must be without a lost call before it is declared dead"),
  floatIdr: whole
    .default(0)
    .describe(
      'so much of our own money is to lie at the provider, so that refunds need not wait for settlements; laku providers check says where there is less',
    ),
  balanceAgainS: whole
    .min(1)
    .default(900)
    .describe(
      'what waits for money at the provider is looked at again after so long; settlements come once a day',
    ),
  refundForm: z
    .enum(['current', 'legacy'])
    .default('current')
    .describe('how refunds name their payment: by payment_request_id, or by invoice_id as older accounts'),
  refundChannels: z
    .record(z.string(), z.union([z.literal(false), z.strictObject({ days: whole, parts: z.boolean() })]))
    .default({})
    .describe(
      "channels whose refunds this account's contract treats otherwise than Xendit's page; false: none",
    ),
  refundPendingHours: whole
    .min(1)
    .default(72)
    .describe('a refund that the provider has taken on and not ended for so long goes to attention'),
  providerAttempts: whole.min(1).default(8).describe('then the thing goes to attention'),
})

export type Policy = z.infer<typeof policySchema>

export const defaultPolicy: Policy = policySchema.parse({})
