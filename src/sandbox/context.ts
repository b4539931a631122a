import type { Faults } from './faults.ts'
import type { Limits } from './limits.ts'
import type { Lists } from './lists.ts'
import type { MessageLog } from './messages.ts'
import type { TemplateRegistry } from './messaging/template-registry.ts'
import type { SandboxOptions } from './options.ts'
import type { Profile } from './profile.ts'
import type { Schedule } from './schedule.ts'
import type { WebhookDelivery } from './webhook-delivery.ts'

/** The context that every provider of the sandbox works with. */
export interface SandboxContext {
  options: SandboxOptions
  now: () => Date
  /** Moves the providers' clock forward by this many seconds. */
  age: (seconds: number) => void
  /** Base of the links handed out; known once the server listens. */
  publicUrl: () => string
  schedule: Schedule
  faults: Faults
  /** How the providers behave, where they may in several ways. */
  profile: Profile
  limits: Limits
  /** The WhatsApp templates of the account. */
  templates: TemplateRegistry
  lists: Lists
  webhooks: WebhookDelivery
  messages: MessageLog
}

/**
 * A provider's outcome falls this long after its answer (ms): later than the answer, soon enough for a test.
 */
export function outcomeDelayMs(): number {
  return 5 + Math.floor(Math.random() * 25)
}
