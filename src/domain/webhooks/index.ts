import './events.ts'

export { discardWebhook } from './discard.ts'
export {
  claimWebhooks,
  type FailedWebhook,
  markProcessed,
  markProcessedAsOf,
  receiveWebhook,
  recordFailedWebhooks,
  reportUnread,
  type WaitingWebhook,
  type WebhookProvider,
  waitingWebhooks,
} from './inbox.ts'
export { countLateWebhooks, type InboxLag, inboxLag, webhooksDue } from './lag.ts'
export { pruneWebhookBodies } from './prune.ts'
export { replayWebhooks } from './replay.ts'
