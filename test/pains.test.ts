import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'

const page = await readFile('docs/pains.md', 'utf8')
const shown = [...page.matchAll(/\]\(\.\.\/([^)]+)\): "([^"]+)"/g)].map(
  ([, file, name]) => [file, name] as const,
)

describe('docs/pains.md', () => {
  it('names a test in every row', () => {
    const rows = page.split('\n').filter((line) => /^\| (?!problem|---)/.test(line))
    expect(rows.length).toBeGreaterThan(15)
    expect(shown).toHaveLength(rows.length)
  })

  it.each(shown)('%s: %s', async (file, name) => {
    const tests = await readFile(file as string, 'utf8')
    expect(tests).toMatch(new RegExp(`\\bit\\((['"\`])${escaped(name as string)}\\1`))
  })
})

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
