import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { commandHouse } from '../../src/commands/command-house.ts'
import { askLaku } from '../command-line.ts'
import type { Terminal } from './terminal.ts'
import { TerminalShop } from './terminal-shop.ts'

const ROWS = 20
const size = { columns: 100, rows: 30 }
const folder = mkdtempSync(join(tmpdir(), 'laku-signals-'))

/** Holds the server's work back between two of its steps, until a test lets it go on. */
let gate = Promise.withResolvers<void>()
let shop: TerminalShop
beforeAll(async () => {
  shop = await TerminalShop.open({
    house: {
      find: commandHouse.find,
      run: (execution) => {
        let events = 0
        const emit: typeof execution.emit = (event) => {
          events++
          execution.emit(event)
        }
        const ready = async () => {
          const stopped = new Promise<void>((resolve) =>
            execution.signal.addEventListener('abort', () => resolve(), { once: true }),
          )
          if (events > 5 && !execution.signal.aborted) await Promise.race([gate.promise, stopped])
          await execution.ready()
        }
        return commandHouse.run({ ...execution, emit, ready })
      },
    },
  })
}, 120_000)
afterAll(async () => {
  await shop?.close()
  rmSync(folder, { recursive: true })
})

let terminal: Terminal
let file = ''
let nth = 0
beforeEach(async () => {
  gate = Promise.withResolvers()
  file = join(folder, `products-${++nth}.csv`)
  const rows = Array.from(
    { length: ROWS },
    (_, at) => `${shop.market.factoryId},Kaos ${nth} ${at},S-${nth}-${at},M,200,60000`,
  )
  writeFileSync(file, `factory_id,product,sku,variant,weight_g,price_idr\n${rows.join('\n')}\n`)
  terminal = await shop.terminal(size)
})

interface RunRow {
  id: string
  status: string
  exit_code: number | null
}
const lastRun = async () => {
  const { data } = await askLaku<{ data: (RunRow & { command: string })[] }>(shop.laku, ['commands', 'list'])
  return data.find(({ command }) => command === 'products import') as RunRow
}
const begin = async () => {
  terminal.begin(`products import ${file}`)
  await terminal.see(/[█░]{4}/)
}
const isAlive = () => spawnSync('pgrep', ['-f', file]).status === 0
/** Checks that the work ends well although nobody watches it, and that its id tells the outcome. */
const endsWell = async (id: string) => {
  expect(await lastRun()).toMatchObject({ id, status: 'running' })
  gate.resolve()
  const other = await shop.terminal(size)
  const { exitCode, screen } = await other.run(`commands attach ${id}`)
  expect(exitCode).toBe(0)
  expect(screen).toMatch(new RegExp(`^${ROWS} done, 0 were before, 0 failed`, 'm'))
  expect(await lastRun()).toMatchObject({ id, status: 'done', exit_code: 0 })
}

describe('Ctrl-C at a terminal, during work in the server', () => {
  it('asks, and goes on watching to the end', async () => {
    await begin()
    terminal.key('C-c')
    await terminal.see(/❯ go on watching/)
    terminal.key('Enter')
    gate.resolve()
    const { exitCode, screen } = await terminal.ended()
    expect([exitCode, screen]).toEqual([0, expect.stringMatching(new RegExp(`^${ROWS} done`, 'm'))])
  })

  it('asks, and stops the work between two of its steps', async () => {
    await begin()
    terminal.key('C-c')
    await terminal.see(/❯ go on watching/)
    terminal.key('Down')
    await terminal.see(/❯ stop the work/)
    terminal.key('Enter')
    expect((await terminal.ended()).exitCode).toBe(7)
    expect(await lastRun()).toMatchObject({ status: 'done', exit_code: 7 })
  })

  it.each([
    ['at the question', true],
    ['before the question is there', false],
  ])('pressed a second time %s leaves at once, with the id of the work', async (_, isSeen) => {
    await begin()
    terminal.key('C-c')
    if (isSeen) await terminal.see(/❯ go on watching/)
    terminal.key('C-c')
    const screen = await terminal.see(/The work goes on: laku commands attach [0-9a-f-]{36}/)
    const id = /attach ([0-9a-f-]{36})/.exec(screen)?.[1] ?? ''
    expect(id).toBe((await lastRun()).id)
    await expect.poll(isAlive, { timeout: 10_000 }).toBe(false)
    // The shell sees an interrupted command, and what is typed is seen again.
    terminal.type('echo "[left with $?]"')
    await terminal.see(/^\$ echo "\[left with \$\?\]"\n\[left with 130\]$/m)
    expect(terminal.isOrdinary()).toBe(true)
    await endsWell(id)
  })
})

describe('a terminal that is closed during work in the server', () => {
  it.each([
    ['while the work is watched', false],
    ['while the client asks whether to stop it', true],
  ])('%s ends the client alone; the work goes on, and its id tells the outcome', async (_, isAsking) => {
    await begin()
    if (isAsking) {
      terminal.key('C-c')
      await terminal.see(/❯ go on watching/)
    }
    const { id } = await lastRun()
    expect(isAlive()).toBe(true)
    terminal.hangUp()
    await expect.poll(isAlive, { timeout: 10_000 }).toBe(false)
    await endsWell(id)
  })
})

it('a live view whose server restarts keeps its picture and goes on', async () => {
  await shop.market.session({ moq: 4 })
  terminal.begin('sessions watch --every 1')
  await terminal.see('ends the watch')
  await shop.restart(() => terminal.see(/; trying again/))
  await expect.poll(() => terminal.screen(), { timeout: 30_000 }).not.toContain('trying again')
  await terminal.see('ends the watch')
  terminal.key('C-c')
  expect((await terminal.ended()).exitCode).toBe(0)
})
