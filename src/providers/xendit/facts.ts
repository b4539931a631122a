// What Xendit documents and laku relies on. The source, its date and how sure it is stand under the same name in docs/providers.md.

/** xendit.webhook-timeout: so long Xendit waits for an answer to a webhook (s). */
export const WEBHOOK_TIMEOUT_S = 30
