import { randomUUID } from 'node:crypto'
import { payoutChannelFacts } from '../../providers/xendit/facts.ts'
import { outcomeDelayMs, type SandboxContext } from '../context.ts'
import { fieldsOf, textOf } from '../fields.ts'
import { appendTo, type XenditAccount } from './account.ts'
import { PAYOUT_FEE_IDR, vatIdr } from './channels.ts'
import { invalidField, xenditError } from './errors.ts'
import { notify } from './notify.ts'
import { balanceOf, moveTransaction, recordTransaction, type TransactionStatus } from './transactions.ts'

type OwnStatus = 'ACCEPTED' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'REVERSED'
/**
 * The status of a payout. The sandbox itself gives only the statuses that OwnStatus lists; a test can force
 * any other.
 */
export type PayoutStatus = OwnStatus | (string & {})

/** A payout in the form of the API's answer. */
export interface Payout {
  id: string
  reference_id: string
  channel_code: string
  channel_properties: { account_number: string; account_holder_name: string }
  amount: number
  currency: 'IDR'
  description: string | null
  receipt_notification?: unknown
  metadata?: unknown
  status: PayoutStatus
  failure_code?: string
  business_id: string
  estimated_arrival_time: string
  created: string
  updated: string
}

/** The account numbers of Xendit's test mode, each with the outcome of a payout to it. */
const FATES: Readonly<Record<string, { status: OwnStatus; failureCode?: string }>> = {
  131313: { status: 'ACCEPTED' },
  123456: { status: 'FAILED', failureCode: 'TEMPORARY_TRANSFER_ERROR' },
  999999: { status: 'FAILED', failureCode: 'REJECTED_BY_CHANNEL' },
  121212: { status: 'FAILED', failureCode: 'INVALID_DESTINATION' },
  654321: { status: 'REVERSED' },
}

const categoryOf = (channelCode: string) =>
  payoutChannelFacts[channelCode]?.kind === 'ewallet' ? 'EWALLET' : 'BANK'

/** Returns the amounts that a payout channel accepts (IDR). */
const limitsOf = (channelCode: string) => ({
  minimum: payoutChannelFacts[channelCode]?.minimumIdr ?? 0,
  maximum: payoutChannelFacts[channelCode]?.maximumIdr ?? 0,
  minimum_increment: 1,
})
/**
 * xendit.payout-texts: the maximum number of characters in the texts of a payout. The first figure is for the
 * reference, the second for other texts, such as the description.
 */
const [MAX_REFERENCE, MAX_TEXT] = [255, 100]
const ARRIVAL_MS = 15 * 60_000

/**
 * Accepts a payout. Its outcome and webhook come a moment later. The outcome is FAILED with
 * INSUFFICIENT_BALANCE if amount and fee together were more than the account can spend. Throws 400
 * API_VALIDATION_ERROR, CHANNEL_CODE_NOT_SUPPORTED, MINIMUM_TRANSFER_LIMIT_ERROR or
 * MAXIMUM_TRANSFER_LIMIT_ERROR.
 */
export function createPayout(context: SandboxContext, account: XenditAccount, body: unknown): Payout {
  const request = readNewPayout(body)
  const now = context.now()
  const feeIdr = PAYOUT_FEE_IDR + vatIdr(PAYOUT_FEE_IDR)
  const isCovered = request.amount + feeIdr <= balanceOf(context, account).spendableIdr
  const status = context.profile.of('xendit.payout-status')
  const payout: Payout = {
    id: `disb-${randomUUID()}`,
    ...request,
    status,
    business_id: account.businessId,
    estimated_arrival_time: new Date(now.getTime() + ARRIVAL_MS).toISOString(),
    created: now.toISOString(),
    updated: now.toISOString(),
  }
  account.payouts.push(payout)
  account.payoutsById.set(payout.id, payout)
  appendTo(account.payoutsByReference, payout.reference_id, payout)
  recordTransaction(context, account, {
    type: 'DISBURSEMENT',
    status: LINES[status] ?? 'PENDING',
    productId: payout.id,
    referenceId: payout.reference_id,
    channel: payout.channel_code,
    category: categoryOf(payout.channel_code),
    accountIdentifier: payout.channel_properties.account_number,
    amountIdr: payout.amount,
    feeIdr: PAYOUT_FEE_IDR,
  })
  context.schedule.after(outcomeDelayMs(), () => conclude(context, account, payout, isCovered))
  return payout
}

function conclude(context: SandboxContext, account: XenditAccount, payout: Payout, isCovered: boolean): void {
  if (!GOING_ON.includes(payout.status)) return
  const fate = fateOf(account, payout, isCovered)
  if (fate.status === 'ACCEPTED') return
  if (fate.status === 'FAILED') {
    movePayout(context, account, payout, 'FAILED', fate.failureCode)
    return
  }
  movePayout(context, account, payout, 'SUCCEEDED')
  if (fate.status !== 'REVERSED') return
  context.schedule.after(outcomeDelayMs(), () => {
    if (payout.status === 'SUCCEEDED') movePayout(context, account, payout, 'REVERSED')
  })
}

function fateOf(
  account: XenditAccount,
  payout: Payout,
  isCovered: boolean,
): { status: OwnStatus; failureCode?: string } {
  const number = payout.channel_properties.account_number
  const decided = FATES[number]
  if (decided) return decided
  if (!isCovered) return { status: 'FAILED', failureCode: 'INSUFFICIENT_BALANCE' }
  if (!payoutChannelFacts[payout.channel_code]?.digits.test(number))
    return { status: 'FAILED', failureCode: 'INVALID_DESTINATION' }
  const { outcome, failure_code: failureCode = 'TRANSFER_ERROR' } = account.outcomes.payout
  return outcome === 'FAILED' ? { status: outcome, failureCode } : { status: outcome }
}

/** The statuses in which a payout still proceeds by itself and can be cancelled. */
const GOING_ON: readonly PayoutStatus[] = ['ACCEPTED', 'REQUESTED', 'READY', 'ROUTING']

/** For each status of a payout, the statuses from which a payout can reach it. */
const COMES_FROM: Readonly<Record<OwnStatus, readonly PayoutStatus[]>> = {
  ACCEPTED: [],
  SUCCEEDED: GOING_ON,
  FAILED: GOING_ON,
  CANCELLED: GOING_ON,
  REVERSED: ['SUCCEEDED'],
}

/**
 * Moves a payout to a status, and sends the merchant a webhook; only a cancelled payout gets none. Throws 400
 * if the payout's present status does not allow the new status.
 */
export function movePayout(
  context: SandboxContext,
  account: XenditAccount,
  payout: Payout,
  status: OwnStatus,
  failureCode?: string,
): void {
  if (!COMES_FROM[status].includes(payout.status))
    throw xenditError(
      400,
      'INVALID_PAYOUT_STATUS',
      `The payout is ${payout.status} and cannot become ${status}`,
    )
  forcePayout(context, account, payout, { status, failureCode })
}

/**
 * The status of a payout's line in the transaction list, for each status of the payout. If the payout's
 * status is missing here, the line is pending.
 */
const LINES: Readonly<Record<string, TransactionStatus>> = {
  SUCCEEDED: 'SUCCESS',
  REVERSED: 'REVERSED',
  FAILED: 'FAILED',
  CANCELLED: 'FAILED',
  COMPLIANCE_REJECTED: 'FAILED',
  REJECTED: 'FAILED',
  EXPIRED: 'FAILED',
}
const TOLD = new Set(['SUCCEEDED', 'FAILED', 'REVERSED'])

/**
 * Gives a payout any status and any amount, like a provider that contradicts itself. The payout's line in
 * the transaction list changes with it. The merchant gets a webhook if one is documented for the status.
 */
export function forcePayout(
  context: SandboxContext,
  account: XenditAccount,
  payout: Payout,
  {
    status,
    amountIdr,
    failureCode,
  }: { status: PayoutStatus; amountIdr?: number | undefined; failureCode?: string | undefined },
): void {
  payout.status = status
  // The `updated` time of a payout rises with each change, so that two changes within a millisecond have an
  // order too.
  const now = Math.max(context.now().getTime(), Date.parse(payout.updated) + 1)
  payout.updated = new Date(now).toISOString()
  if (amountIdr !== undefined) payout.amount = amountIdr
  if (status === 'FAILED') payout.failure_code = failureCode ?? 'TRANSFER_ERROR'
  else delete payout.failure_code
  moveTransaction(context, account, payout.id, LINES[status] ?? 'PENDING', amountIdr)
  if (!TOLD.has(status)) return
  const isNewer = context.profile.of('xendit.payout-events') === 'v3'
  notify(context, {
    event: `${isNewer ? 'v3_' : ''}payout.${status.toLowerCase()}`,
    business_id: account.businessId,
    created: payout.updated,
    data: isNewer ? { ...payout, id: `po-${payout.id}` } : payout,
  })
}

function readNewPayout(body: unknown) {
  const fields = fieldsOf(body)
  const properties = fieldsOf(fields.channel_properties)
  const referenceId = textOf(fields.reference_id)
  if (referenceId === undefined || referenceId.length > MAX_REFERENCE)
    throw invalidField('reference_id', `is required, at most ${MAX_REFERENCE} characters`)
  const channelCode = textOf(fields.channel_code)
  if (channelCode === undefined) throw invalidField('channel_code', 'is required')
  if (!Object.hasOwn(payoutChannelFacts, channelCode))
    throw xenditError(400, 'CHANNEL_CODE_NOT_SUPPORTED', 'The channel code is not supported')
  const accountNumber = textOf(properties.account_number)
  if (accountNumber === undefined || !/^\d+$/.test(accountNumber))
    throw invalidField('channel_properties.account_number', 'is required, digits only')
  const holder = textOf(properties.account_holder_name)
  if (holder === undefined || holder.length > MAX_TEXT)
    throw invalidField(
      'channel_properties.account_holder_name',
      `is required, at most ${MAX_TEXT} characters`,
    )
  const description = textOf(fields.description) ?? null
  if (description !== null && description.length > MAX_TEXT)
    throw invalidField('description', `at most ${MAX_TEXT} characters`)
  if (fields.currency !== 'IDR') throw invalidField('currency', 'is required, IDR for this channel')
  return {
    reference_id: referenceId,
    channel_code: channelCode,
    channel_properties: { account_number: accountNumber, account_holder_name: holder },
    amount: payoutAmount(fields.amount, limitsOf(channelCode)),
    currency: 'IDR' as const,
    description,
    ...('receipt_notification' in fields ? { receipt_notification: fields.receipt_notification } : {}),
    ...('metadata' in fields ? { metadata: fields.metadata } : {}),
  }
}

function payoutAmount(amount: unknown, limits: ReturnType<typeof limitsOf>): number {
  if (typeof amount !== 'number' || !Number.isInteger(amount) || amount <= 0)
    throw invalidField('amount', 'is required, a whole number of rupiah above 0')
  if (amount < limits.minimum)
    throw xenditError(400, 'MINIMUM_TRANSFER_LIMIT_ERROR', `The minimum of this channel is ${limits.minimum}`)
  if (amount > limits.maximum)
    throw xenditError(400, 'MAXIMUM_TRANSFER_LIMIT_ERROR', `The maximum of this channel is ${limits.maximum}`)
  return amount
}

/** Finds a payout by its id. Throws 404 DATA_NOT_FOUND. */
export function findPayout(account: XenditAccount, id: string): Payout {
  const payout = account.payoutsById.get(id)
  if (!payout) throw xenditError(404, 'DATA_NOT_FOUND', 'Payout not found')
  return payout
}

/** Answers `GET /payouts_channels` with all payout channels, or only with the channel whose code is given. */
export function payoutChannels(context: SandboxContext, code: unknown): object[] {
  const hasNameless = context.profile.of('xendit.channel-names') === 'one_nameless'
  return Object.entries(payoutChannelFacts)
    .filter(([channelCode]) => code === undefined || code === channelCode)
    .map(([channelCode, channel], place) => ({
      channel_code: channelCode,
      channel_category: categoryOf(channelCode),
      currency: 'IDR',
      channel_name: hasNameless && place === 0 ? null : channel.name,
      amount_limits: limitsOf(channelCode),
    }))
}
