import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { defaultPolicy, type Policy } from '../../domain/kernel/policy.ts'
import { systemCode } from '../data-folder.ts'
import { fileSchema, settingNames } from './schema.ts'
import type { Source } from './sources.ts'

/** The contents of the config file: settings by their names, and the business rules. */
export type ConfigFile = Source & { policy: Policy }

/**
 * Reads the config file that LAKU_CONFIG names. If LAKU_CONFIG is not set, returns no settings and the
 * default policy.
 */
export function readConfigFile(path: string | undefined): ConfigFile {
  const file: ConfigFile = { given: {}, called: {}, problems: [], policy: defaultPolicy }
  if (!path) return file
  const content = parseFile(path, file.problems)
  if (content === undefined) return file
  const parsed = fileSchema.safeParse(content)
  if (!parsed.success) {
    file.problems.push(...parsed.error.issues.flatMap((issue) => describe(issue, content, path)))
    return file
  }
  const { policy, ...rest } = parsed.data
  const settings: { [name: string]: unknown } = rest
  for (const name of settingNames) {
    if (!(name in settings)) continue
    file.given[name] = settings[name]
    file.called[name] = `${name} in ${path}`
  }
  return { ...file, policy }
}

function parseFile(path: string, problems: string[]): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    problems.push(`LAKU_CONFIG is ${path}: it cannot be read (${systemCode(error)})`)
    return undefined
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    // The JSON parser's own message is not shown: it quotes the config file, which may hold secrets.
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
    const line = text.slice(0, position ? Number(position) : undefined).split('\n').length
    problems.push(`LAKU_CONFIG is ${path}: it is no valid JSON at line ${line}`)
    return undefined
  }
}

function describe(issue: z.core.$ZodIssue, content: unknown, path: string): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${[...issue.path, key].join('.')} in ${path} is no setting of laku`)
  }
  if (issue.path.length === 0) return [`LAKU_CONFIG is ${path}: it must be a JSON object`]
  const given = JSON.stringify(valueAt(content, issue.path))
  return [`${issue.path.join('.')} in ${path} is ${given}: it must be ${allowedBy(issue)}`]
}

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  let value = content
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  }
  return value
}

function allowedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small') return `${issue.minimum} or more`
  if (issue.code === 'too_big') return `${issue.maximum} or less`
  if (issue.code === 'invalid_type')
    return issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`
  return issue.message
}
