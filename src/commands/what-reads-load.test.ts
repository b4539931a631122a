import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readImports } from '../../scripts/floors.ts'

const imports = Map.groupBy(readImports(process.cwd()), (otherImport) => otherImport.from)
const declaresRead = (file: string) => /= define(List|Show)\(/.test(readFileSync(file, 'utf8'))
const commands = globSync('src/commands/**/*.ts').filter((file) => declaresRead(file))

/**
 * Returns the files that loading a file loads. For a command, these include the files that it imports when it
 * runs.
 */
function loadedBy(file: string, runs: boolean): Set<string> {
  const loaded = new Set<string>()
  const visit = (text: string) => {
    if (loaded.has(text)) return
    loaded.add(text)
    for (const { to, typeOnly } of imports.get(text) ?? [])
      if (!typeOnly || (runs && text === file)) visit(to)
  }
  visit(file)
  return loaded
}

const wholeDomain =
  /^src\/domain\/(choreography|(order|payment|group-buying|warehouse|settlement)\/index)\.ts$/
const heavy = (loaded: Set<string>) => [...loaded].filter((to) => wholeDomain.test(to) || to === 'pg-boss')

it('a server and a worker load at their start what others load late, so that two builds never mix in them', () => {
  const late = (pattern: string) =>
    globSync(pattern)
      .filter((file) => !file.endsWith('.test.ts'))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/import\('([^']+)'\)[,.;)\]\s]/g)])
      .map(([, to = '']) => to.replace(/^.*\//, ''))
  const atStart = ['choreography.ts', 'pdfkit', 'pg-boss']
  // These are loaded while laku opens its database, which is at the start too.
  const atOpening = ['call-limiter.ts', 'create-providers.ts', 'embedded-postgres.ts', 'require-made.ts']
  const found = new Set(late('src/{http,jobs,domain,runtime,providers}/**/*.ts'))
  expect([...found].toSorted()).toEqual([...atStart, ...atOpening].toSorted())
  expect(late('src/commands/process.ts')).toEqual(expect.arrayContaining(atStart))
})

describe('a process that only reads', () => {
  it('is more than fifty commands', () => expect(commands.length).toBeGreaterThan(50))

  // Each module costs a third of a millisecond in every call that opens the database itself. The whole domain
  // with the queue has 1,180 modules, and 550 without it. A call through the staff server loads none of them.
  // Among the commands that open the database, `settle show` loads the most modules: 133.
  it.each(commands)('of %s loads no domain but the files that it reads with', (file) => {
    const loaded = loadedBy(file, true)
    expect(heavy(loaded)).toEqual([])
    expect([...loaded].filter((text) => text.startsWith('src/')).length).toBeLessThan(134)
  })

  it('opens the database without the reactions and the queue', () => {
    expect(heavy(loadedBy('src/runtime/open-laku.ts', false))).toEqual([])
    expect(heavy(loadedBy('src/cli/define/context.ts', true))).toEqual([])
  })
})
