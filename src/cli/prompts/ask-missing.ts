import type { z } from 'zod'
import type { ArgumentDefinition, OptionDefinition, RawInput } from '../define/command.ts'
import type { CommandContext } from '../define/context.ts'
import { usageError } from '../errors/cli-error.ts'
import type { Prompts } from './prompts.ts'

/** The arguments and options of a command, any of which can be asked for if it is missing. */
export interface Takes {
  args: readonly ArgumentDefinition[]
  options: readonly OptionDefinition[]
  input: z.ZodType
}

/** A required argument or option that the person did not give. */
interface Missing {
  name: string
  /** The name of the argument or option in the form in which people type it: `--user`, `<session>`. */
  typed: string
  description: string
  choices?: readonly string[] | undefined
  isMany: boolean
}

const camelCase = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

/**
 * Asks for each missing argument and option in turn, and returns them with the given ones. If nobody can be
 * asked, throws a usage error that names each missing argument and flag.
 */
export async function askMissing(context: CommandContext, takes: Takes, raw: RawInput): Promise<RawInput> {
  const missing = [...missingArguments(takes, raw), ...missingOptions(takes, raw)]
  if (missing.length === 0) return raw
  const { prompts } = context
  if (!prompts) {
    const problems = missing.map(({ typed, description }) => `${typed} is missing: ${description}`)
    throw usageError(problems.join('; '), { missing: missing.map((item) => item.typed) })
  }
  const answered: RawInput = { ...raw }
  for (const item of missing) answered[item.name] = await answerTo(prompts, item)
  return answered
}

function missingArguments({ args }: Takes, raw: RawInput): Missing[] {
  return args.flatMap(({ name, description, optional, variadic = false }) => {
    const given = raw[camelCase(name)]
    if (optional || (given !== undefined && !(Array.isArray(given) && given.length === 0))) return []
    return [{ name: camelCase(name), typed: `<${name}>`, description, isMany: variadic }]
  })
}

/**
 * Returns the required options that the person did not give. The command's schema decides which options are
 * required.
 */
function missingOptions({ options, input }: Takes, raw: RawInput): Missing[] {
  const parsed = input.safeParse(raw)
  if (parsed.success) return []
  const wanted = new Set(parsed.error.issues.map(({ path }) => String(path[0])))
  return options.flatMap(({ flags, description, choices }) => {
    const [flag = '', value = ''] = flags.split(' ')
    const name = camelCase(flag.replace(/^--/, ''))
    if (!wanted.has(name) || raw[name] !== undefined) return []
    return [{ name, typed: flag, description, choices, isMany: value.includes('...') }]
  })
}

async function answerTo(
  prompts: Prompts,
  { typed, description, choices, isMany }: Missing,
): Promise<unknown> {
  const question = `${typed.replace(/^--|[<>]/g, '')} (${description}):`
  if (choices) return await prompts.choose(question, choices)
  if (!isMany) return (await prompts.text(question)).trim()
  const all: string[] = []
  for (;;) {
    const next = (await prompts.text(all.length === 0 ? question : 'another (nothing to go on):')).trim()
    if (next === '') return all
    all.push(next)
  }
}
