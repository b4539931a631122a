import type { Actor, Work } from '../domain/kernel/index.ts'
import { processParcelNotices } from '../domain/logistics/index.ts'
import {
  type FailedWebhook,
  type GatewayNotice,
  markProcessed,
  markProcessedAsOf,
  noteFailures,
  processNotices,
  type WaitingWebhook,
  waitingWebhooks,
} from '../domain/payment/index.ts'
import { type PayoutNotice, processPayoutNotices } from '../domain/payout/index.ts'
import { type Reply, recordReplies } from '../domain/warehouse/index.ts'
import { type MessageNews, recordStatuses } from '../domain/whatsapp/index.ts'
import { parseBiteshipWebhook } from '../providers/biteship/webhook.ts'
import { parseWhatsAppWebhook } from '../providers/whatsapp/webhook.ts'
import { parseXenditWebhook } from '../providers/xendit/webhook.ts'
import type { Laku } from '../runtime/laku.ts'

interface Read {
  notices: GatewayNotice[]
  payouts: PayoutNotice[]
  messages: { inboxId: string; attempts: number; news: MessageNews[]; replies: Reply[] }[]
  parcels: (WaitingWebhook & { courierOrderId: string })[]
  unreadable: FailedWebhook[]
}

/** Processes what waits among these deliveries: those processed before are left alone, so a job may come twice. */
export async function processInbox(laku: Laku, actor: Actor, ids: readonly string[]): Promise<void> {
  const { units } = laku
  const waiting = await units.run(actor, (work) => waitingWebhooks(work, ids))
  const { notices, payouts, messages, parcels, unreadable } = readAll(waiting)
  if (unreadable.length > 0) await units.run(actor, (work) => noteFailures(work, unreadable))
  await processNotices({ units, actor, gateway: laku.providers.gateway }, notices)
  await processPayoutNotices(
    { units, actor, payouts: laku.providers.payouts },
    payouts,
    async (work, { processed, failed }) => {
      await markProcessed(work, processed)
      await noteFailures(work, failed)
    },
  )
  if (messages.length > 0) await units.run(actor, (work) => followMessages(work, messages))
  await followParcels(laku, actor, parcels)
}

async function followParcels(laku: Laku, actor: Actor, parcels: Read['parcels']): Promise<void> {
  const { units, providers } = laku
  const notices = parcels.map(({ id, courierOrderId, attempts }) => ({
    inboxId: id,
    courierOrderId,
    attempts,
  }))
  await processParcelNotices(
    { units, actor, courier: providers.courier },
    notices,
    async (work, { processed, failed }) => {
      await markProcessedAsOf(
        work,
        parcels.filter((one) => processed.includes(one.id)),
      )
      await noteFailures(work, failed)
    },
  )
}

/** News of a message can be here before the worker that sent it has written its id down: it gets two more tries. */
const EARLY_TRIES = 2

async function followMessages(work: Work, messages: Read['messages']): Promise<void> {
  const news = messages.flatMap((one) => one.news)
  const statuses = await recordStatuses(work, news)
  const replies = await recordReplies(
    work,
    messages.flatMap((one) => one.replies),
  )
  const unknown = new Set([...statuses.unknown, ...replies.unknown])
  const early = messages.filter(
    (one) =>
      one.attempts < EARLY_TRIES &&
      [...one.news, ...one.replies].some(({ providerMessageId }) => unknown.has(providerMessageId)),
  )
  await noteFailures(
    work,
    early.map(({ inboxId }) => ({ id: inboxId, error: 'news of a message that is not known yet' })),
  )
  const done = messages.filter((one) => !early.includes(one))
  await markProcessed(
    work,
    done.map((one) => one.inboxId),
  )
}

function readAll(waiting: readonly WaitingWebhook[]): Read {
  const read: Read = { notices: [], payouts: [], messages: [], parcels: [], unreadable: [] }
  for (const one of waiting) {
    const { id: inboxId, provider, body, attempts, receivedAt } = one
    const parsed = parseJson(body)
    if (provider === 'biteship') {
      const notice = parseBiteshipWebhook(parsed)
      if (notice) read.parcels.push({ ...one, courierOrderId: notice.orderId })
      else read.unreadable.push(notFollowed(inboxId))
      continue
    }
    if (provider === 'whatsapp') {
      const delivery = parseWhatsAppWebhook(parsed)
      if (delivery) {
        const { statuses, messages: replies } = delivery
        read.messages.push({ inboxId, attempts, news: statuses.map(newsOf), replies })
      } else read.unreadable.push(notFollowed(inboxId))
      continue
    }
    const notice = provider === 'xendit' ? parseXenditWebhook(parsed) : undefined
    if (notice?.kind === 'payout') read.payouts.push({ inboxId, id: notice.id })
    else if (notice) read.notices.push({ inboxId, kind: notice.kind, id: notice.id, receivedAt })
    else read.unreadable.push(notFollowed(inboxId))
  }
  return read
}

const notFollowed = (id: string): FailedWebhook => ({
  id,
  error: 'laku does not follow this kind of news',
  forGood: true,
})

function newsOf({
  errorCode,
  ...status
}: {
  providerMessageId: string
  status: string
  at: Date
  errorCode?: string
}): MessageNews {
  return { ...status, failureCode: errorCode }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
