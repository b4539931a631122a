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
  /** Moves the providers' clock forward by the given seconds. */
  age: (seconds: number) => void
  /**
   * Returns the base address of the links that the sandbox hands out; it is known once the server listens.
   */
  publicUrl: () => string
  schedule: Schedule
  faults: Faults
  /** The behaviours of the providers, as a test has chosen them. Some behaviours have several variants. */
  profile: Profile
  limits: Limits
  /** The WhatsApp templates of the merchant's account. */
  templates: TemplateRegistry
  lists: Lists
  webhooks: WebhookDelivery
  messages: MessageLog
}

/**
 * Returns the time (ms) between a provider's answer to a request and the outcome of the request. An outcome
 * is, for example, a payout that succeeds. The time is short, so that tests need not wait long.
 */
export function outcomeDelayMs(): number {
  return 5 + Math.floor(Math.random() * 25)
}
