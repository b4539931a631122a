import type { z } from 'zod'
import { usageError } from '../errors/cli-error.ts'

const kebabCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Arguments and options as the command declared them. Throws a usage error that names each wrong one. */
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
