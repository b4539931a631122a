import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readImports } from '../../scripts/floors.ts'

const imports = Map.groupBy(readImports(process.cwd()), (otherImport) => otherImport.from)
const declaresRead = (file: string) => /= define(List|Show)\(/.test(readFileSync(file, 'utf8'))
const commands = globSync('src/commands/**/*.ts').filter((file) => declaresRead(file))

/** What loading a file brings: what it imports, and for a command also what that imports when it runs. */
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

describe('a process that only reads', () => {
  it('is more than fifty commands', () => expect(commands.length).toBeGreaterThan(50))

  // Each module is a third of a millisecond of every call that opens the database itself. With the whole
  // domain and the queue it is 1,180 of them, without 550. A call by way of the server loads none; `settle
  // show` loads the most of the others, 122.
  it.each(commands)('of %s loads no domain but the files that it reads with', (file) => {
    const loaded = loadedBy(file, true)
    expect(heavy(loaded)).toEqual([])
    expect([...loaded].filter((text) => text.startsWith('src/')).length).toBeLessThan(123)
  })

  it('opens the database without the reactions and the queue', () => {
    expect(heavy(loadedBy('src/runtime/open-laku.ts', false))).toEqual([])
    expect(heavy(loadedBy('src/cli/define/context.ts', true))).toEqual([])
  })
})
