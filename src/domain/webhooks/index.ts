import './events.ts'

export { discardWebhook } from './discard.ts'
export {
  claimWebhooks,
  type FailedWebhook,
  type IncomingWebhook,
  markProcessed,
  markProcessedAsOf,
  receiveWebhook,
  recordFailedWebhooks,
  reportUnread,
  type WaitingWebhook,
  type WebhookProvider,
  waitingWebhooks,
} from './inbox.ts'
export { type InboxLag, inboxLag } from './lag.ts'
export {
  listWebhooks,
  showWebhook,
  type WebhookDetail,
  type WebhookFilter,
  type WebhookView,
} from './list.ts'
export { pruneWebhookBodies } from './prune.ts'
export { type Replay, replayWebhooks } from './replay.ts'
