import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import type { PaymentGateway } from '../../domain/payment/gateway.ts'
import type { GatewayPayout, PayoutGateway } from '../../domain/payout/gateway.ts'
import { PAYOUT_MINIMUM_IDR, PAYOUT_TEST_ACCOUNT, payoutChannelFacts } from '../xendit/facts.ts'
import { type Difference, distinct, type Ear, fieldsIn, type Probe, rowsIn } from './probe.ts'

const provider = 'xendit'

/**
 * Makes the probe that compares the money that can be spent at Xendit with the float: the shop's own money
 * that the account is to hold.
 */
export function balanceProbe(gateway: PaymentGateway, floatIdr: number, ear: Ear): Probe {
  return {
    provider,
    name: 'balance',
    ask: async () => {
      const balanceIdr = await gateway.balanceIdr()
      const says = `${balanceIdr} rupiah are spendable`
      const fraction = {
        fact: 'xendit.balance',
        says: 'the balance contains a fraction of a rupiah',
        todo: 'nothing, because laku counts only whole rupiah',
      }
      const told = Number(fieldsIn(ear.body).balance)
      const differences: Difference[] = Number.isInteger(told) ? [] : [fraction]
      if (balanceIdr >= floatIdr) return { says, differences }
      const short = {
        fact: 'xendit.settlement',
        says: `${says}, but policy.floatIdr is ${floatIdr}`,
        todo: 'top the account up in the dashboard, or lower policy.floatIdr: until then refunds and payouts wait for settlements',
      }
      return { says, differences: [...differences, short] }
    },
  }
}

/**
 * Makes the probe of Xendit's payout channels. It compares their kinds and limits with those that laku knows.
 * A bank that only Xendit knows does not count as a difference.
 */
export function channelsProbe(payouts: PayoutGateway, ear?: Ear): Probe {
  return {
    provider,
    name: 'payout channels',
    ask: async () => {
      const told = new Map((await payouts.channels()).map((channel) => [channel.channelCode, channel]))
      const differences = Object.entries(payoutChannelFacts).flatMap(([code, fact]): Difference[] => {
        const channel = told.get(code)
        const todo =
          'nothing in the shop, because laku uses the provider’s own limits: ask the maintainers of laku to correct the fact'
        if (!channel)
          return [
            {
              fact: 'xendit.payout-channels',
              says: `the channel ${code} does not exist`,
              todo: TELL_FACTORIES,
            },
          ]
        const limit = fact.kind === 'bank' ? 'xendit.bi-fast' : 'xendit.payout-ewallets'
        const compared: [boolean, string, string][] = [
          [channel.kind !== fact.kind, 'xendit.payout-channels', `${code} is a ${channel.kind}`],
          [
            channel.minimumIdr !== fact.minimumIdr,
            'xendit.payout-minimum',
            `the minimum payout of ${code} is ${channel.minimumIdr}, not ${fact.minimumIdr}`,
          ],
          [
            channel.maximumIdr !== fact.maximumIdr,
            limit,
            `the maximum payout of ${code} is ${channel.maximumIdr}, not ${fact.maximumIdr}`,
          ],
        ]
        return compared.flatMap(([differs, name, says]) => (differs ? [{ fact: name, says, todo }] : []))
      })
      const nameless = rowsIn(ear?.body).filter((item) => typeof item.channel_name !== 'string')
      if (nameless.length > 0)
        differences.push({
          fact: 'xendit.payout-channels',
          says: `channels have no name: ${distinct(nameless.map((item) => item.channel_code)).join(', ')}`,
          todo: 'nothing, because laku shows their codes instead',
        })
      return { says: `${told.size} channels, including all channels that laku knows`, differences }
    },
  }
}

const TELL_FACTORIES = 'do not pay to this channel: factories and buyers who use it need another account'

/**
 * Makes the probe of a payout to Xendit's test account. Payouts to this account stay pending, so they can be
 * cancelled. The probe creates the payout, repeats it under the same key, reads it, finds it by our key and
 * cancels it.
 */
export function payoutProbe(payouts: PayoutGateway, key: string, ear: Ear): Probe {
  return {
    provider,
    name: 'payout to the test account',
    makes: true,
    ask: async () => {
      const differences: Difference[] = []
      const destination = {
        channelCode: 'ID_BCA',
        accountNumber: PAYOUT_TEST_ACCOUNT,
        accountHolderName: 'Laku Check',
      }
      const asked = { key, destination, amountIdr: PAYOUT_MINIMUM_IDR, description: 'laku check' }
      const made = await payouts.createPayout(asked)
      try {
        differences.push(...stateDifferences(made, 'made'))
        differences.push(...(await repeated(payouts, asked, made)))
        if (differences.length === 0)
          differences.push(...stateDifferences(await payouts.getPayout(made.id), 'read'))
        const found = (await payouts.findPayouts(key)).some((item) => item.id === made.id)
        if (!found)
          differences.push({
            fact: 'xendit.list-lag',
            says: 'the new payout is not found by our reference yet',
            todo: 'find out how late the provider’s lists are, and set policy.providerListLagMinutes above that',
          })
        else if (rowsIn(ear.body, 'data').some((item) => typeof item.reference_id !== 'string'))
          differences.push({
            fact: 'xendit.list-references',
            says: 'a payout in a list has no reference',
            todo: 'nothing, because laku uses the reference by which it searched the list',
          })
      } finally {
        if (!OVER.includes(made.status)) differences.push(...(await cancelDifferences(payouts, made)))
      }
      return { says: 'created, requested again, read, found by our reference and cancelled', differences }
    },
  }
}

/**
 * Cancels the payout, and returns the differences from the facts on which laku relies. Xendit may refuse to
 * cancel a payout with a rare status (RARE). This refusal is not returned as a difference, because the check
 * has already reported the rare status.
 */
async function cancelDifferences(payouts: PayoutGateway, made: GatewayPayout): Promise<Difference[]> {
  try {
    return stateDifferences(await payouts.cancelPayout(made.id), 'cancelled')
  } catch (error) {
    const isRefused = error instanceof ProviderFailure && error.outcome === 'refused'
    if (isRefused && RARE.includes(made.status)) return []
    throw error
  }
}

/** The statuses in which a payout is over and cannot be cancelled. */
const OVER = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'REVERSED', 'COMPLIANCE_REJECTED', 'EXPIRED', 'REJECTED']
/** xendit.payout-statuses: the rare statuses of a payout, which Xendit does not document for test mode. */
const RARE = ['READY', 'ROUTING', 'LOCKED', 'PENDING_COMPLIANCE_ASSESSMENT', ...OVER.slice(4)]

function stateDifferences({ status }: GatewayPayout, after: 'made' | 'read' | 'cancelled'): Difference[] {
  const wanted = after === 'cancelled' ? ['CANCELLED'] : ['ACCEPTED', 'REQUESTED']
  if (wanted.includes(status)) return []
  const says = `a payout to ${PAYOUT_TEST_ACCOUNT} that was ${after} has the status ${status}, not ${wanted[0]}`
  if (after !== 'cancelled' && RARE.includes(status))
    return [
      {
        fact: 'xendit.payout-statuses',
        says,
        todo: 'nothing, because laku waits, and shows a payout that remains in this status to a person',
      },
    ]
  return [{ fact: 'xendit.payout-test', says, todo: 'look up its status in the dashboard' }]
}

/**
 * Repeats a payout's request under the same key. Test mode keeps the first payout, and makes no second one.
 */
async function repeated(
  payouts: PayoutGateway,
  asked: Parameters<PayoutGateway['createPayout']>[0],
  made: GatewayPayout,
): Promise<Difference[]> {
  try {
    const again = await payouts.createPayout(asked)
    if (again.id === made.id) return []
    await payouts.cancelPayout(again.id)
    const says = 'a repeat under the same key makes a second payout'
    const todo =
      'do not pay out with this account, and report it to the maintainers of laku: after a lost answer, a payout could be paid twice'
    return [{ fact: 'xendit.payout-key', says, todo }]
  } catch (error) {
    if (!(error instanceof ProviderFailure) || error.outcome !== 'refused' || error.httpStatus === 401)
      throw error
    const says = `a repeated payout is refused with ${error.code}`
    const todo =
      'nothing, because laku does not treat the answer to a repeated request as a refusal, and searches for the payout by our reference'
    return [{ fact: 'xendit.duplicate-codes', says, todo }]
  }
}

/**
 * Makes the probe that finds out which form of refund request the account accepts. The probe sends only the
 * id of an unpaid invoice, so no money moves. An account with the current form answers that a field is
 * missing. An account with the older form answers that nothing was paid.
 */
export function refundFormProbe(
  refundByInvoice: (invoiceId: string) => Promise<void>,
  unpaidInvoice: () => Promise<string | undefined>,
  configured: 'current' | 'legacy',
): Probe {
  return {
    provider,
    name: 'form of refunds',
    makes: true,
    ask: async () => {
      const invoiceId = await unpaidInvoice()
      if (invoiceId === undefined) return { says: 'there is no invoice with which to test it', empty: true }
      const form = await formOf(refundByInvoice(invoiceId))
      if (form === configured) return { says: `the ${form} form, as set in policy.refundForm` }
      const difference = {
        fact: 'xendit.refund-request',
        says: `the account accepts refunds in the ${form} form, but policy.refundForm is "${configured}"`,
        todo: `set policy.refundForm to "${form}"`,
      }
      return { says: `the ${form} form`, differences: [difference] }
    },
  }
}

async function formOf(refund: Promise<void>): Promise<'current' | 'legacy'> {
  try {
    await refund
    return 'legacy'
  } catch (error) {
    if (!(error instanceof ProviderFailure) || error.outcome !== 'refused') throw error
    if (error.httpStatus === 401) throw error
    return /VALIDATION|INVALID_VALUE/.test(error.code) ? 'current' : 'legacy'
  }
}
