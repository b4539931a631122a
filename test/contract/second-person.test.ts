import { afterAll, beforeAll, expect, it } from 'vitest'
import { allCommands } from '../../src/commands/tree.ts'
import { runLaku } from '../command-line.ts'
import { hire } from '../staff.ts'
import { CommandScenes } from './command-scenes.ts'
import { fixtures } from './command-world.ts'

/** The scenes of these commands are below the limit, or about one's own factor. Other tests cover them. */
const alone = new Set([
  'auth factor enrol',
  'settle import',
  'settle export',
  'settle approve',
  'settle retry',
  'settle batches confirm',
  'refunds retry',
])
/** Anybody may give the first declaration of these commands. */
const byTwo = new Set(['refunds declare-dead', 'payouts declare-dead'])

const commands = (await allCommands())
  .filter(({ definition }) => definition.secondPerson)
  .map(({ path }) => path.join(' '))

let scenes: CommandScenes
beforeAll(async () => {
  scenes = await CommandScenes.open()
})
afterAll(() => scenes?.close())

it('are these commands', () => {
  expect(commands.toSorted()).toEqual([
    'auth factor enrol',
    'factories approve-bank',
    'limits allow',
    'payouts declare-dead',
    'refunds approve',
    'refunds declare-dead',
    'refunds retry',
    'settle approve',
    'settle batches cancel',
    'settle batches confirm',
    'settle export',
    'settle import',
    'settle retry',
    'suspense approve',
    'wallets adjustments approve',
  ])
})

it.each(commands.filter((name) => !alone.has(name)))(
  '%s: takes a second person who confirms it',
  async (name) => {
    const { factor: _, ...unconfirmed } = await hire(scenes.laku, 'finance')
    const words = (await fixtures[name]?.(scenes)) ?? []
    const line = [...name.split(' '), ...words, '--reason', 'x', '--json']
    if (byTwo.has(name)) await runLaku(scenes.laku, line, await hire(scenes.laku, 'finance'))
    const { exitCode, stdout } = await runLaku(scenes.laku, line, unconfirmed)
    expect([exitCode, JSON.parse(stdout).error?.code]).toEqual([4, 'kernel.second_factor_needed'])
  },
)
