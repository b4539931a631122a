import { randomUUID } from 'node:crypto'

/**
 * Returns the id under which a provider keeps a message that it accepted. If the id cannot be read, the
 * message still counts as sent under an id of laku's own, but its later status cannot be matched to it.
 */
export const acceptedUnder = (id: string | undefined): { providerMessageId: string } => ({
  providerMessageId: id ?? `unnamed-${randomUUID()}`,
})
