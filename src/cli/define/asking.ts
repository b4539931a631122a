import type { z } from 'zod'
import type { Work } from '../../domain/kernel/index.ts'
import { type CommandDefinition, changeFlags, declared, type OutsideWay, type Shape } from './command.ts'

/** A question for a provider, which a dry run prints and does not send. */
export interface Ask {
  provider: 'xendit' | 'biteship'
  /** The question in words, with what would be sent to the provider. */
  what: string
}

export interface AskingDefinition<S extends z.ZodType, T> extends Shape<S> {
  /**
   * Writes down, in one transaction, what a provider will be asked, and returns these questions. A dry run
   * rolls this transaction back and asks no provider. So it cannot show the effect of the provider's answer.
   */
  intend: (work: Work, input: z.output<S>, way: OutsideWay<z.output<S>>) => Promise<readonly Ask[]>
  /**
   * Makes the change: writes down what the provider will be asked, asks the provider, and acts on the answer.
   */
  run: (way: OutsideWay<z.output<S>>) => Promise<T>
  /** Returns the result as text for people. */
  done: (result: T) => string
}

/**
 * Declares a command whose change depends on a provider's answer. It gets the options --dry-run and --reason.
 */
export function defineAsking<S extends z.ZodType, T>(definition: AskingDefinition<S, T>): CommandDefinition {
  const dry = 'ask no provider, print the requests and what would change before them, and save nothing'
  return declared('change', definition, changeFlags({ dry }), async (context, raw) => {
    const { runAsking } = await import('../run/asking.ts')
    await runAsking(context, definition, raw)
  })
}
