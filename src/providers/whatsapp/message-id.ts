import { randomUUID } from 'node:crypto'

/**
 * Returns the provider's id of a message that the provider accepted. If the id cannot be read, an id of
 * laku's own is returned, because the message was sent. But a later status of the message can then not be
 * matched to it.
 */
export const acceptedUnder = (id: string | undefined): { providerMessageId: string } => ({
  providerMessageId: id ?? `unnamed-${randomUUID()}`,
})
