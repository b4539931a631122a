import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runLaku } from '../command-line.ts'
import { admin } from '../laku.ts'
import { DoorOfTest } from '../staff-door.ts'
import { CommandScenes } from './command-scenes.ts'
import { commandsOfTheDoor, maskOf, type Recorded, walk } from './recordings.ts'

// Made by the build before commands had a door; LAKU_RECORD=1 makes them anew, without it.
const FILE = 'test/contract/recordings.json'

let scenes: CommandScenes
let door: DoorOfTest
beforeAll(async () => {
  scenes = await CommandScenes.open()
  door = await DoorOfTest.open(scenes.laku)
})
afterAll(async () => {
  await door?.close()
  await scenes?.close()
})

it('every command gives through the door what it gave before there was one', async () => {
  const mask = maskOf(new URL(scenes.laku.urls.app).pathname.slice(1))
  const token = await door.tokenOf((admin as { id: string }).id)
  const shop = `On ${new URL(door.door.url).host}, ${door.door.url}.\n`
  const changes = new Set(
    (await commandsOfTheDoor())
      .filter(({ definition }) => !definition.reads)
      .map(({ path }) => path.join(' ')),
  )
  const isChange = (words: readonly string[]) =>
    changes.has(words.slice(0, 2).join(' ')) || changes.has(words.slice(0, 3).join(' '))
  const throughTheDoor = async (words: readonly string[]) => {
    const run = await door.run(token, words)
    // A change says on which shop it is made: that alone is new.
    const named = isChange(words) && !words.includes('--dry-run')
    expect([words, run.stderr.startsWith(shop)]).toEqual([words, named])
    return named ? { ...run, stderr: run.stderr.slice(shop.length) } : run
  }
  const run = process.env.LAKU_RECORD
    ? (words: readonly string[]) => runLaku(scenes.laku, words)
    : throughTheDoor
  const now = await walk(scenes, run, mask)
  if (process.env.LAKU_RECORD) writeFileSync(FILE, `${JSON.stringify(now, undefined, 2)}\n`)
  const before = JSON.parse(readFileSync(FILE, 'utf8')) as Recorded[]
  expect(now.map(({ line }) => line)).toEqual(before.map(({ line }) => line))
  // Who comes in through the door has a token, which the list of staff counts.
  const isOfTokens = ({ line }: Recorded) => line.startsWith('auth staff list')
  expect(before.filter(isOfTokens)).toHaveLength(5)
  for (const [at, recorded] of before.entries())
    expect(isOfTokens(recorded) ? { ...now[at], stdout: recorded.stdout } : now[at]).toEqual(recorded)
}, 300_000)
