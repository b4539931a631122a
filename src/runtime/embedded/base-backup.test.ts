import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, it } from 'vitest'
import { startEmbeddedPostgres, stopEmbeddedPostgres } from '../embedded-postgres.ts'
import { backUp, restore } from './base-backup.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'laku-backup-test-')))
const [before, after] = [join(root, 'before'), join(root, 'after')]
const file = join(root, 'laku.tar')

afterAll(async () => {
  for (const folder of [before, after]) await stopEmbeddedPostgres(folder)
  rmSync(root, { recursive: true, force: true })
})

async function ask(url: string, question: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(question)).rows
  } finally {
    await client.end()
  }
}

it('a backup of a server at work comes up in an empty folder with all that was committed, and overwrites nothing', async () => {
  const { superUrl } = await startEmbeddedPostgres(before, { fast: true })
  await ask(superUrl, 'create table kept as select generate_series(1, 10000) as n')
  expect(await backUp(before, file)).toBeGreaterThan(1_000_000)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await expect(backUp(before, file)).rejects.toThrow('already exists')
  await ask(superUrl, 'drop table kept')
  await expect(restore(before, file)).rejects.toThrow('already holds a database')
  await restore(after, file)
  const restored = await startEmbeddedPostgres(after)
  expect(await ask(restored.superUrl, 'select count(*)::int as count from kept')).toEqual([{ count: 10_000 }])
  expect(await ask(superUrl, "select to_regclass('kept') as kept")).toEqual([{ kept: null }])
})

it('what is no backup leaves no database behind', async () => {
  const [strange, folder] = [join(root, 'strange.tar'), join(root, 'strange')]
  writeFileSync(strange, 'no tar')
  await expect(restore(folder, strange)).rejects.toThrow('is not a backup of laku')
  await expect(restore(folder, join(root, 'nothing'))).rejects.toThrow('does not exist')
  expect(() => statSync(join(folder, 'postgres'))).toThrow('ENOENT')
})
