import type { z } from 'zod'
import type { Work } from '../../domain/kernel/index.ts'
import { type CommandDefinition, changeFlags, declared, type OutsideWay, type Shape } from './command.ts'

/** One question to a provider that a dry run does not ask. */
export interface Ask {
  provider: 'xendit' | 'biteship'
  /** In words, with what would be sent. */
  what: string
}

export interface AskingDefinition<S extends z.ZodType, T> extends Shape<S> {
  /**
   * What is written before a provider is asked, in one transaction, and what it would be asked then. A dry
   * run does this, rolls it back and asks nobody: what the answer leads to, nobody knows before there is one.
   */
  intend: (work: Work, input: z.output<S>, way: OutsideWay<z.output<S>>) => Promise<readonly Ask[]>
  /** All of it: writes down the intent, asks, and follows the answer. */
  run: (way: OutsideWay<z.output<S>>) => Promise<T>
  /** What came of it, for people. */
  done: (result: T) => string
}

/** A change that is whatever a provider answers, with --dry-run and --reason. */
export function defineAsking<S extends z.ZodType, T>(definition: AskingDefinition<S, T>): CommandDefinition {
  const dry = 'ask nobody, print what would be asked and what is written before, and roll it back'
  return declared('change', definition, changeFlags({ dry }), async (context, raw) => {
    const { runAsking } = await import('../run/asking.ts')
    await runAsking(context, definition, raw)
  })
}
