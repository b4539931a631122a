import { z } from 'zod'
import { usageError } from '../errors/cli-error.ts'

const kebabCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/**
 * Returns the arguments and options after the checks and conversions that the command declared. Throws a
 * usage error that names each wrong value.
 */
export function checkedInput<S extends z.ZodType>(schema: S, raw: Record<string, unknown>): z.output<S> {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0] ?? 'input')
    const given = raw[name] === undefined ? 'is missing' : `is ${JSON.stringify(raw[name])}`
    return `${kebabCase(name)} ${given}: ${message}`
  })
  throw usageError(problems.join('; '))
}

/**
 * The name of a file that a command writes. `-` is refused: it stands for stdin where a file is read, so a
 * person would look for the output on stdout and not in a file of this name.
 */
export const fileToWrite = z
  .string()
  .min(1, 'give the name of a file')
  .refine((name) => name !== '-', 'give the name of a file, because this output is not printed')
