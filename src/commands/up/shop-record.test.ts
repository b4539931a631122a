import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { findShop } from '../../cli/client/find-shop.ts'
import { ShopRecord } from './shop-record.ts'

const folder = mkdtempSync(join(tmpdir(), 'laku-record-'))
const file = join(folder, 'shop.json')
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => rmSync(file, { force: true }))

const env = { LAKU_TOKEN: 'lkst_x', LAKU_DATA_DIR: folder, XDG_CONFIG_HOME: folder }
const server = 'http://127.0.0.1:9'
/** Leaves a record whose process lives, but is another one: the one that started this test. */
const leave = (record: object) => writeFileSync(file, JSON.stringify({ pid: process.ppid, ...record }))

it('lets one of several shops that start at once have the folder', async () => {
  const from = new URL('./shop-record.ts', import.meta.url).href
  const script = `
    const { ShopRecord } = await import(${JSON.stringify(from)})
    const said = await ShopRecord.claim(process.argv[1]).then(() => 'has it', ({ message }) => message)
    process.stdout.write(said)
    process.stdin.resume()`
  const starts = Array.from({ length: 3 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script, folder]),
  )
  const said = await Promise.all(
    starts.map(
      (start) => new Promise<string>((resolve) => start.stdout.once('data', (data) => resolve(String(data)))),
    ),
  )
  for (const start of starts) start.stdin.end()
  expect(said.toSorted()).toEqual([
    expect.stringMatching(/^a shop starts or stops in .* stop it/),
    expect.stringMatching(/^a shop starts or stops in .* stop it/),
    'has it',
  ])
})

it('names a shop to commands only while the shop runs', async () => {
  const record = await ShopRecord.claim(folder)
  expect(findShop({}, env)).toEqual({ by: 'database', why: 'folder' })
  record.announce({ server, database: 'embedded' })
  expect(findShop({}, env)).toMatchObject({ staffServer: { server } })
  record.withdraw()
  expect(findShop({}, env)).toEqual({ by: 'database', why: 'folder' })
  record.remove()
  expect(existsSync(file)).toBe(false)
})

it('is left alone by a shop whose folder another one has by now', async () => {
  const record = await ShopRecord.claim(folder)
  leave({})
  record.withdraw()
  record.remove()
  await expect(ShopRecord.claim(folder)).rejects.toThrow(`process ${process.ppid}`)
})

it.each([
  ['a free port', { server }],
  ['an address that this machine no longer has', { server: 'http://192.0.2.1:3010' }],
  ['no address', { server: 'nowhere' }],
  ['a start that was killed long ago', {}],
])('with %s does not hold the folder, though its process number is used again', async (_, record) => {
  leave(record)
  utimesSync(file, 0, 0)
  await expect(ShopRecord.claim(folder)).resolves.toBeInstanceOf(ShopRecord)
})
