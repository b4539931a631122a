import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runLaku } from '../../../test/command-line.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'

let laku: TestLaku
const folder = mkdtempSync(join(tmpdir(), 'laku-backup-'))
beforeAll(async () => {
  laku = await openTestLaku()
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await laku?.close()
})

it.each([
  ['backup', 'pg_basebackup, pg_dump'],
  ['restore', 'pg_restore'],
])('db %s of a server that DATABASE_URL names is refused, and says what to use', async (verb, instead) => {
  const file = join(folder, 'shop.tar')
  const words = ['db', verb, file, '--database-url', laku.urls.app, '--data-dir', folder]
  const { exitCode, stdout, stderr } = await runLaku(laku, words)
  expect([exitCode, stdout]).toEqual([2, ''])
  expect(stderr).toContain(instead)
  expect(existsSync(file)).toBe(false)
  expect(readdirSync(folder)).toEqual([])
  const json = await runLaku(laku, [...words, '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'cli.usage' } })
})
