import { setTimeout as pause } from 'node:timers/promises'
import type { PayoutGateway } from '../../domain/payout/gateway.ts'
import { refusalBy } from '../whatsapp/facts.ts'
import { PAYOUT_MINIMUM_IDR, PAYOUT_TEST_FAILING } from '../xendit/facts.ts'
import { type Difference, distinct, fieldsIn, NotConfigured, type Probe, rowsIn } from './probe.ts'

/**
 * A function that reads the bodies of webhook deliveries that laku's server stored, the newest first.
 * Undefined if no database is configured here.
 */
export type ReadDeliveries = ((provider: 'xendit' | 'whatsapp') => Promise<unknown[]>) | undefined

const LOOK_AGAIN_MS = 200
const NO_DATABASE = 'DATABASE_URL is not set here, so the webhooks that our server stored cannot be read'

export interface EventProbe {
  payouts: PayoutGateway
  /**
   * The idempotency key of the payout that the check makes. The payout is meant to fail, so that no money
   * moves.
   */
  key: string
  read: ReadDeliveries
  /** The webhook address that must be entered in the provider's dashboard. */
  webhookUrl: string
  /** The longest time (ms) for which the check waits for the webhook about its payout. */
  timeoutMs: number
}

/**
 * Returns a probe that makes a payout to an account whose payouts fail in test mode, and waits for the
 * webhook about it. No money moves.
 */
export function payoutEventProbe({ payouts, key, read, webhookUrl, timeoutMs }: EventProbe): Probe {
  return {
    provider: 'xendit',
    name: 'event of a failed payout',
    makes: true,
    ask: async () => {
      if (!read) return { says: NO_DATABASE, empty: true }
      const destination = {
        channelCode: 'ID_BCA',
        accountNumber: PAYOUT_TEST_FAILING,
        accountHolderName: 'Laku Check',
      }
      const { status } = await payouts.createPayout({
        key,
        destination,
        amountIdr: PAYOUT_MINIMUM_IDR,
        description: 'laku check',
      })
      if (!ENDS.includes(status))
        return { says: `the payout is ${status}, so the check does not wait for an event`, empty: true }
      const event = await eventOf(read, key, timeoutMs)
      if (event === undefined)
        throw new NotConfigured(
          `our server got no event about it within ${timeoutMs / 1000} s: enter ${webhookUrl} in the dashboard, also for payouts`,
        )
      return { says: `came as ${event}`, differences: eventDifferences(event) }
    },
  }
}

/**
 * If a new payout has one of these statuses, the check waits for the webhook about it. Such a payout has
 * failed already, or will end without any action by laku.
 */
const ENDS = ['ACCEPTED', 'REQUESTED', 'READY', 'ROUTING', 'FAILED']

async function eventOf(
  read: NonNullable<ReadDeliveries>,
  key: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const until = performance.now() + timeoutMs
  for (;;) {
    const bodies = (await read('xendit')).map(fieldsIn)
    const found = bodies.find((body) => fieldsIn(body.data).reference_id === key)
    if (found) return String(found.event)
    if (performance.now() >= until) return undefined
    await pause(LOOK_AGAIN_MS)
  }
}

function eventDifferences(event: string): Difference[] {
  if (event === 'payout.failed') return []
  if (event.startsWith('v3_'))
    return [
      {
        fact: 'xendit.payout-events',
        says: `events about payouts have the form of the newer API: ${event}`,
        todo: 'nothing, because laku reads both forms, and searches by our reference if the older API does not know the id',
      },
    ]
  return [
    {
      fact: 'xendit.payout-test',
      says: `a payout to ${PAYOUT_TEST_FAILING} is reported by ${event}, not payout.failed`,
      todo: 'look up its status in the dashboard',
    },
  ]
}

/**
 * Returns a probe that checks the webhooks which Meta delivered to laku's server: the senders' numbers, and
 * refusals of messages that were accepted before.
 */
export function metaDeliveriesProbe(read: ReadDeliveries): Probe {
  return {
    provider: 'laku',
    name: 'what Meta delivered',
    ask: async () => {
      if (!read) return { says: NO_DATABASE, empty: true }
      const values = (await read('whatsapp')).flatMap((body) =>
        rowsIn(body, 'entry').flatMap((entry) => rowsIn(entry, 'changes').map((change) => change.value)),
      )
      const messages = values.flatMap((value) => rowsIn(value, 'messages'))
      const statuses = values.flatMap((value) => rowsIn(value, 'statuses'))
      if (messages.length === 0)
        return {
          says: 'nobody has written to the number lately: write to it from a phone, and run the check again',
          empty: true,
          differences: lateDifferences(statuses),
        }
      const differences = [...senderDifferences(messages), ...lateDifferences(statuses)]
      return { says: `${messages.length} messages, with the numbers of their senders`, differences }
    },
  }
}

function senderDifferences(messages: readonly Record<string, unknown>[]): Difference[] {
  if (messages.every((item) => typeof item.from === 'string')) return []
  return [
    {
      fact: 'meta.user-id',
      says: 'a message arrived without the phone number of its sender',
      todo: 'nothing, because laku uses Meta’s id of the sender, or shows the message to a person (whatsapp_sender_unknown)',
    },
  ]
}

/**
 * Reports messages that Meta accepted and later refused, as differences from Meta's documentation. A refusal
 * of laku's account or of a template is always reported. A failure to reach one person is reported only if
 * every message failed.
 */
function lateDifferences(statuses: readonly Record<string, unknown>[]): Difference[] {
  const failed = statuses.filter((item) => item.status === 'failed')
  const ids = (items: typeof statuses) => new Set(items.map((item) => item.id))
  const isNoneThrough = ids(failed).size === ids(statuses).size
  const codes = failed.flatMap((item) => rowsIn(item, 'errors').map((error) => String(error.code)))
  return distinct(codes).flatMap((code) => {
    const refusal = refusalBy(code)
    const isOurs = refusal?.reach === 'account' || refusal?.reach === 'template'
    if (!isOurs && !isNoneThrough) return []
    if (isOurs)
      return [
        {
          fact: 'meta.late-refusals',
          says: `accepted messages failed later: ${refusal.says} (${code})`,
          todo: 'repair the account in the WhatsApp manager: messages wait until one is delivered',
        },
      ]
    return [
      {
        fact: 'meta.late-refusals',
        says: `no accepted message was delivered: ${refusal?.says ?? 'an unknown code'} (${code})`,
        todo: 'send a message to a phone that certainly works, and look in the WhatsApp manager why none is delivered',
      },
    ]
  })
}
