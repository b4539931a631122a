import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ZodType } from 'zod'
import { orderAnswer } from '../../src/providers/biteship/answers.ts'
import { certainties } from '../../src/providers/facts.ts'
import { SWITCHES } from '../../src/sandbox/profile.ts'

const page = readFileSync('docs/providers.md', 'utf8')
const rows = page.split('\n').flatMap((line) => {
  const cells = line.split('|').map((cell) => cell.trim())
  return cells.length === 7 && /^\w+\.[\w-]+$/.test(cells[1] ?? '') ? [cells.slice(1, -1)] : []
})
const names = rows.map(([name]) => name as string)

/** What reads each example of the page. */
const readers: Record<string, ZodType> = { 'biteship.order': orderAnswer }
const examples = [...page.matchAll(/^```json example=(\S+)\n(.*?)^```/gms)].map(
  ([, name, text]) => [name as string, text as string] as const,
)

describe('the page of what providers document', () => {
  it('names each fact once, with its source, a day and how sure it is', () => {
    expect(names.length).toBeGreaterThan(5)
    expect(new Set(names).size).toBe(names.length)
    const letters = [...page.matchAll(/^\| ([A-Z]) \|/gm)].map(([, letter]) => letter)
    for (const [name, says, source, read, certainty] of rows) {
      expect(says, name).toMatch(/\w/)
      for (const one of (source as string).split(', ')) expect(letters, name).toContain(one)
      expect(new Date(read as string).getTime(), name).toBeGreaterThan(Date.parse('2026-01-01'))
      expect(certainties, name).toContain(certainty)
    }
  })

  it('has the fact of every value in code, and of every switch of the sandbox', () => {
    const files = globSync('src/providers/*/facts.ts')
    const inCode = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^ ?\/?\*\*? (\w+\.[\w-]+):/gm)].map(([, name]) => name),
    )
    expect(inCode.length).toBeGreaterThan(2)
    const ofChecks = globSync('src/providers/check/*.ts').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/'((?:xendit|biteship|meta|fonnte)\.[\w-]+)'/g)].map(
        ([, name]) => name,
      ),
    )
    expect(ofChecks.length).toBeGreaterThan(10)
    const ofSwitches = Object.values(SWITCHES).map(({ fact }) => fact)
    expect(names).toEqual(expect.arrayContaining([...inCode, ...ofChecks, ...ofSwitches]))
  })

  it('shows an example for each reader, and a reader for each example', () => {
    expect(examples.map(([name]) => name).toSorted()).toEqual(Object.keys(readers).toSorted())
  })

  it.each(examples)('the example %s is read', (name, text) => {
    const parsed = readers[name]?.safeParse(JSON.parse(text))
    expect(parsed?.error?.issues ?? []).toEqual([])
  })
})
