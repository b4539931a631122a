import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runLaku } from '../command-line.ts'
import { CommandScenes } from './command-scenes.ts'
import { maskOf, type Recorded, walk } from './recordings.ts'

// Made by the build before commands had a door; LAKU_RECORD=1 makes them anew.
const FILE = 'test/contract/recordings.json'

let scenes: CommandScenes
beforeAll(async () => {
  scenes = await CommandScenes.open()
})
afterAll(() => scenes?.close())

it('every command gives what it gave', async () => {
  const mask = maskOf(new URL(scenes.laku.urls.app).pathname.slice(1))
  const now = await walk(scenes, (words) => runLaku(scenes.laku, words), mask)
  if (process.env.LAKU_RECORD) writeFileSync(FILE, `${JSON.stringify(now, undefined, 2)}\n`)
  const before = JSON.parse(readFileSync(FILE, 'utf8')) as Recorded[]
  expect(now.map(({ line }) => line)).toEqual(before.map(({ line }) => line))
  for (const [at, recorded] of before.entries()) expect(now[at]).toEqual(recorded)
}, 300_000)
