import type { z } from 'zod'
import type { Actor, Refusal, Work } from '../../domain/kernel/index.ts'
import type { ExitCode } from '../errors/cli-error.ts'
import type { Block, Column } from '../output/table.ts'
import type { CommandContext } from './context.ts'

export interface ArgumentDefinition {
  name: string
  description: string
  optional?: boolean
  variadic?: boolean
  /**
   * True if the argument is an instant. The text `-2h` is then read as this argument, and not as an option.
   */
  isTime?: boolean
  /** True if the argument names a file that the command reads. */
  isFile?: boolean
}

export interface OptionDefinition {
  /** The option's flags in the notation of commander: `--status <status>`. */
  flags: string
  description: string
  choices?: readonly string[]
  /** True if the option names a file that the command reads. */
  isFile?: boolean
}

/**
 * The values that a command line holds for a command, by the camelCase names of its arguments and options.
 */
export type RawInput = Record<string, unknown>

export interface Shape<S extends z.ZodType> {
  /** The command's verb; for a command without a noun, the command's name. */
  name: string
  description: string
  args?: readonly ArgumentDefinition[]
  options?: readonly OptionDefinition[]
  /** The schema that checks and converts the command's arguments and options. */
  input: S
  examples?: readonly string[]
  /** The exit codes with which the command may end, besides those that all commands of its kind have. */
  exits?: readonly ExitCode[]
  /** True if the command changes nothing. A `list` or `show` command never changes anything. */
  reads?: boolean
  /** True if a second person may have to confirm the command, by a code of their own factor (`--code`). */
  secondPerson?: boolean
  /** True if the command may work for several seconds. A server runs such commands in a separate thread. */
  isLong?: boolean
  /** True if a terminal shows the command again at an interval in seconds (`--every`), until q or Ctrl-C. */
  live?: boolean
}

export type CommandKind = 'list' | 'show' | 'change' | 'batch' | 'task'

/**
 * The exit codes of each kind of command. 1 is a fault of laku itself or a provider's refusal, 2 wrong usage,
 * 4 a missing right, 6 something unavailable.
 */
const exitsOfKind: Record<CommandKind, readonly ExitCode[]> = {
  list: [0, 1, 2, 3, 4, 6],
  show: [0, 1, 2, 3, 4, 6],
  change: [0, 1, 2, 3, 4, 5, 6],
  batch: [0, 1, 2, 3, 4, 6, 7],
  task: [0, 1, 2, 4, 6],
}

/** A command's declaration without its code: all that a client needs to know of the command. */
export interface CommandShape {
  kind: CommandKind
  name: string
  description: string
  args: readonly ArgumentDefinition[]
  options: readonly OptionDefinition[]
  examples: readonly string[]
  /** Every exit code that the command may end with: docs/cli.md lists them, and tests check them. */
  exits: readonly ExitCode[]
  reads: boolean
  live: boolean
  /**
   * True if the command takes the code of a second factor (`--code`). The client sends the code in an HTTP
   * header, and not in the command.
   */
  secondPerson: boolean
  /**
   * The roles that may give the command, for its help (src/runtime/who-may.ts); undefined for commands of the
   * host's owner.
   */
  whoMay?: string
}

/**
 * A declared command. Commands of all kinds have the same form, so that one loop over the tree of commands
 * reaches every command.
 */
export interface CommandDefinition extends CommandShape {
  shownOnce?: boolean
  isLong?: boolean
  execute: (context: CommandContext, raw: RawInput) => Promise<void>
}

export interface Page {
  limit: number
  cursor?: string
}

export interface ListDefinition<S extends z.ZodType, Row> extends Shape<S> {
  columns: readonly Column<Row>[]
  /** The text for people when the list is empty: it suggests what to do. */
  empty: string
  /** The schema of this list's cursor; a UUID by default. */
  cursor?: z.ZodType<string>
  run: (
    context: CommandContext,
    input: z.output<S>,
    page: Page,
  ) => Promise<{ data: readonly Row[]; nextCursor: string | null }>
}

/**
 * Declares a command that lists rows: a table for people, `{data, next_cursor}` with --json, rows with --csv,
 * pages with --limit and --cursor. Write `run` before `columns` in the definition: the compiler infers the
 * type of a row from `run`.
 */
export function defineList<S extends z.ZodType, Row>(definition: ListDefinition<S, Row>): CommandDefinition {
  const pages: OptionDefinition[] = [
    { flags: '--limit <count>', description: 'the number of rows, 1 to 500 (50)' },
    {
      flags: '--cursor <cursor>',
      description: 'the cursor that the page before printed; it shows the next page',
    },
    { flags: '--csv', description: 'print as CSV' },
  ]
  return declared('list', definition, pages, async (context, raw) => {
    const { runList } = await import('../run/list.ts')
    await runList(context, definition, raw)
  })
}

/** A table that a `show` command prints below the fields of its object. */
export interface Section {
  title: string
  /** The columns of a table that a `show` command prints. */
  columns: readonly Column<never>[]
  rows: readonly unknown[]
}

export interface ShowDefinition<S extends z.ZodType, T> extends Shape<S> {
  fields: readonly Column<T>[]
  sections?: (thing: T) => readonly Section[]
  run: (context: CommandContext, input: z.output<S>) => Promise<T>
}

/** Declares a command that shows one object: its fields for people, the object itself with --json. */
export function defineShow<S extends z.ZodType, T>(definition: ShowDefinition<S, T>): CommandDefinition {
  return declared('show', definition, [], async (context, raw) => {
    const { runShow } = await import('../run/show.ts')
    await runShow(context, definition, raw)
  })
}

/**
 * Returns a table for a `show` command; the compiler checks that its rows and its columns have the same type.
 */
export function section<Row>(title: string, columns: readonly Column<Row>[], rows: readonly Row[]): Section {
  return { title, columns, rows }
}

/**
 * The context, the actor and the input of a change. The change needs them for its work outside of its
 * transaction, like a question to a provider.
 */
export interface OutsideWay<I> {
  context: CommandContext
  actor: Actor
  input: I
}

export interface ChangeDefinition<S extends z.ZodType, T> extends Shape<S> {
  /**
   * Present if the change is severe. To confirm a severe change, a person types the code of the changed
   * object, or gives it with --confirm. They must also give a --reason. This function returns that code and
   * the consequence of the change.
   */
  severe?: (context: CommandContext, input: z.output<S>) => Promise<{ code: string; consequence: string }>
  /**
   * True if a change that is not severe needs a reason, because nobody would understand the change later
   * without one.
   */
  needsReason?: boolean
  /**
   * Makes the change in one transaction, which --dry-run rolls back. `reason` is empty if the change needs no
   * reason. A refusal that the use case throws rolls the transaction back. A refusal that it returns does
   * not: the transaction is committed.
   */
  change: (work: Work, input: z.output<S>, reason: string, context: CommandContext) => Promise<T | Refusal>
  /**
   * Asks a provider, outside of the change's transaction, for data that the transaction needs. Then calls
   * `run` to execute the transaction, and passes the provider's data, which is added to the input. A dry run
   * asks no provider.
   */
  outside?: (way: OutsideWay<z.output<S>>, run: (more?: Partial<z.output<S>>) => Promise<T>) => Promise<T>
  /**
   * Calls `run` to execute the transaction of a dry run. A dry run asks no provider, so an assumption
   * replaces each provider's answer.
   */
  assuming?: <R>(way: OutsideWay<z.output<S>>, run: (more?: Partial<z.output<S>>) => Promise<R>) => Promise<R>
  /**
   * True if the answer is a secret of the person who gives the command: it is shown once and stored nowhere.
   */
  shownOnce?: boolean
  /** Returns the text for people about what was done. */
  done: (result: T, input: z.output<S>) => string
  /**
   * Returns the exit code for the result; it is not 0 if the change did not do what was requested. Without
   * this function, the exit code is 0.
   */
  exitCode?: (result: T) => ExitCode
}

/** Returns the flags of every command that changes something. */
export function changeFlags({
  dry = 'run it, print what would change, and save nothing',
  needsReason = false,
} = {}): OptionDefinition[] {
  return [
    { flags: '--dry-run', description: dry },
    {
      flags: '--reason <text>',
      description: `the reason; it is kept in the audit log${needsReason ? ' (needed)' : ''}`,
    },
  ]
}

/**
 * Declares a command that changes something through one use case. It gets the options --dry-run and --reason,
 * and --confirm if the change is severe.
 */
export function defineChange<S extends z.ZodType, T>(definition: ChangeDefinition<S, T>): CommandDefinition {
  const flags = changeFlags({ needsReason: Boolean(definition.severe || definition.needsReason) })
  if (definition.severe) {
    flags.push({
      flags: '--confirm <code>',
      description: 'the code of the item to change; it answers the confirmation question',
    })
  }
  const declaration = declared('change', definition, flags, async (context, raw) => {
    const { runChange } = await import('../run/change.ts')
    await runChange(context, definition, raw)
  })
  return definition.shownOnce ? { ...declaration, shownOnce: true } : declaration
}

export interface TaskResult {
  /** The single value that --json prints, with the field names of the domain's code. */
  json: unknown
  /** The result as text for people. */
  text?: string | readonly Block[]
  /** The exit code: 0 by default, 7 if the work was done in part, 8 if a check found something. */
  exitCode?: ExitCode
}

export interface TaskDefinition<S extends z.ZodType> extends Shape<S> {
  run: (context: CommandContext, input: z.output<S>) => Promise<TaskResult | undefined>
}

/** Declares a command that is of no other kind: a process, a check, or work on the database. */
export function defineTask<S extends z.ZodType>(definition: TaskDefinition<S>): CommandDefinition {
  return declared('task', definition, [], async (context, raw) => {
    const { checkedInput } = await import('../input/input.ts')
    const result = await definition.run(context, checkedInput(definition.input, raw))
    if (!result) return
    context.output.result(result.json, result.text)
    if (result.exitCode) context.exitWith(result.exitCode)
  })
}

/** The flag `--code`, for every command that a second person may have to confirm. */
const codeFlag: OptionDefinition = {
  flags: '--code <code>',
  description:
    'the code from your authenticator app, if a second person is needed; at a terminal the command asks for it',
}

/**
 * Declares a command of a kind, with the flags that the kind adds. On a terminal, the command asks for
 * required values that were not given.
 */
export function declared<S extends z.ZodType>(
  kind: CommandKind,
  shape: Shape<S>,
  more: readonly OptionDefinition[],
  execute: CommandDefinition['execute'],
): CommandDefinition {
  const { name, description, args = [], options = [], examples = [], exits = [], input } = shape
  const { reads = kind === 'list' || kind === 'show', live = false, secondPerson = false } = shape
  return {
    kind,
    name,
    description,
    args,
    options: [...options, ...more, ...(secondPerson ? [codeFlag] : [])],
    examples,
    exits: [...new Set([...exitsOfKind[kind], ...exits])].sort(),
    reads,
    live,
    secondPerson,
    ...(shape.isLong && { isLong: true }),
    execute: async (context, raw) => {
      const { askMissing } = await import('../prompts/ask-missing.ts')
      await execute(context, await askMissing(context, { args, options, input }, raw))
    },
  }
}
