import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findShop } from './find-shop.ts'
import { changeContexts, readContexts } from './saved-contexts.ts'

const folder = mkdtempSync(join(tmpdir(), 'laku-shop-'))
const record = join(folder, 'shop.json')
const listener = createServer()
let here: string
beforeAll(async () => {
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  here = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`
})
afterAll(() => {
  listener.close()
  rmSync(folder, { recursive: true })
})

const env = { LAKU_TOKEN: 'lkst_x', LAKU_DATA_DIR: folder, XDG_CONFIG_HOME: folder }
const leave = (server: string, mode = 0o600, database = 'embedded') => {
  rmSync(record, { force: true })
  writeFileSync(record, JSON.stringify({ server, pid: process.pid, database }), { mode })
  chmodSync(record, mode)
}

describe('a shop that runs in this folder', () => {
  it('is found, and gets the token of LAKU_TOKEN', () => {
    leave(here)
    expect(findShop({}, env)).toMatchObject({ by: 'server', staffServer: { server: here, token: 'lkst_x' } })
  })

  it.each(['http://203.0.113.7:3010', 'https://ops.example', 'http://localhost.example:1', 'no address'])(
    'gets no token where its record names %s: the folder may be anybody’s',
    (server) => {
      leave(server)
      expect(() => findShop({}, env)).toThrow(/shop\.json is not followed: .* not on this machine/)
    },
  )

  it('gets no token where others may have written its record', () => {
    leave(here, 0o622)
    expect(() => findShop({}, env)).toThrow(/somebody else may have written it/)
  })
})

describe('DATABASE_URL and LAKU_TOKEN, as scripts of before have them', () => {
  const databaseUrl = 'postgres://laku_app:secret@db.example:5432/laku?sslmode=require'
  const script = { ...env, DATABASE_URL: databaseUrl }

  it('find the server that runs on that database here', () => {
    leave(here, 0o600, 'postgres://db.example:5432/laku')
    expect(findShop({}, script)).toMatchObject({
      by: 'server',
      knownBy: 'LAKU_TOKEN',
      staffServer: { server: here, token: 'lkst_x' },
    })
  })

  it('are refused beside --data-dir: the folder that was named is not the database that would be opened', () => {
    const empty = mkdtempSync(join(folder, 'empty-'))
    expect(() => findShop({ dataDir: empty }, script)).toThrow(/--data-dir and DATABASE_URL each name a shop/)
    const config = join(empty, 'config.json')
    writeFileSync(config, JSON.stringify({ databaseUrl }))
    expect(() => findShop({ dataDir: empty }, { LAKU_CONFIG: config })).toThrow(/LAKU_CONFIG each name/)
    leave(here)
    expect(findShop({ dataDir: folder }, script)).toMatchObject({ staffServer: { server: here } })
    expect(findShop({ dataDir: empty }, env)).toEqual({ by: 'database', why: 'folder' })
  })

  it('open the database where no server of it is known', () => {
    leave(here)
    expect(findShop({}, script)).toEqual({ by: 'database', why: 'url' })
  })
})

describe('issue 13, deliver 2: a shop that LAKU_SERVER names', () => {
  beforeEach(() => rmSync(record, { force: true }))

  it('that somebody is logged in to as two people is the chosen one, and a guess in no case', () => {
    const contexts = { a: { server: here, token: 'lkst_a' }, b: { server: here, token: 'lkst_b' } }
    const { LAKU_TOKEN: _, ...person } = env
    const found = (current?: string) => {
      mkdirSync(join(folder, 'laku'), { recursive: true })
      writeFileSync(join(folder, 'laku', 'contexts.json'), JSON.stringify({ current, contexts }), {
        mode: 0o600,
      })
      return findShop({ server: here }, person)
    }
    expect(found('b')).toMatchObject({ name: 'b', staffServer: { token: 'lkst_b' } })
    expect(() => found()).toThrow(/as several people \(a, b\): say which with --context/)
    expect(findShop({ server: here }, env)).toMatchObject({ staffServer: { token: 'lkst_x' } })
  })

  it('is found by who has a token but no home that they can read', () => {
    mkdirSync(join(folder, 'laku'), { recursive: true })
    writeFileSync(join(folder, 'laku', 'contexts.json'), 'no JSON', { mode: 0o600 })
    const found = findShop({}, { ...env, LAKU_SERVER: here })
    expect(found).toMatchObject({ by: 'server', knownBy: 'LAKU_TOKEN', staffServer: { token: 'lkst_x' } })
    const { LAKU_TOKEN: _, ...without } = env
    expect(() => findShop({}, { ...without, LAKU_SERVER: here })).toThrow(/cannot be read \(it is damaged\)/)
  })
})

describe('issue 13, tried 4: the contexts of a person', () => {
  const own = { XDG_CONFIG_HOME: join(folder, 'many') }
  const lock = join(folder, 'many', 'laku', 'contexts.json.lock')

  it('are all kept when several log-ins write them at once', async () => {
    const from = new URL('./saved-contexts.ts', import.meta.url)
    const script = `
      const { changeContexts } = await import(${JSON.stringify(from.href)})
      for (let n = 0; n < 40; n++)
        changeContexts(process.env, ({ contexts }) => ({
          contexts: { ...contexts, [process.argv[1] + n]: { server: 'https://x', token: 'lkst_' + n } } }))`
    const run = promisify(execFile)
    const logIn = (name: string) =>
      run(process.execPath, ['--input-type=module', '-e', script, name], { env: { ...process.env, ...own } })
    await Promise.all(['a', 'b'].map(logIn))
    expect(Object.keys(readContexts(own).contexts)).toHaveLength(80)
  })

  const saved = (text: string) => {
    const folderOfOne = mkdtempSync(join(folder, 'one-'))
    mkdirSync(join(folderOfOne, 'laku'))
    writeFileSync(join(folderOfOne, 'laku', 'contexts.json'), text, { mode: 0o600 })
    return { XDG_CONFIG_HOME: folderOfOne }
  }

  it.each([
    ['a shop is null', '{"contexts":{"ops":null}}'],
    ['a shop has no address', '{"contexts":{"ops":{"token":"lkst_x"}}}'],
    ['an address is no text', '{"contexts":{"ops":{"server":42,"token":7}}}'],
    ['they are a list', '{"contexts":[],"current":"ops"}'],
    ['the token would travel unencrypted', '{"contexts":{"ops":{"server":"http://a.b","token":"lkst_x"}}}'],
  ])('edited by hand so that %s are damaged', (_, text) => {
    expect(() => findShop({ context: 'ops' }, saved(text))).toThrow(
      /contexts\.json cannot be read \(.*damaged/,
    )
  })

  it('edited by hand with a slash too many are followed', () => {
    const edited = saved(`{"contexts":{"ops":{"server":"${here}/","token":"lkst_x"}}}`)
    expect(findShop({ context: 'ops' }, edited)).toMatchObject({ staffServer: { server: here } })
  })

  it('are read from no pipe, for which the client would wait, and from no file of somebody else', () => {
    const pipe = mkdtempSync(join(folder, 'pipe-'))
    mkdirSync(join(pipe, 'laku'))
    execFileSync('sh', ['-c', `mkfifo -m 600 '${join(pipe, 'laku', 'contexts.json')}'`])
    expect(() => readContexts({ XDG_CONFIG_HOME: pipe })).toThrow(/it is no file/)
    const other = saved('{"contexts":{}}')
    if (process.getuid?.() === 0) chownSync(join(other.XDG_CONFIG_HOME, 'laku', 'contexts.json'), 1234, 1234)
    else return
    expect(() => readContexts(other)).toThrow(/it belongs to another user/)
  })

  it('that cannot be written are a sentence with exit code 2, and leave nothing behind', () => {
    const taken = join(folder, 'taken')
    writeFileSync(taken, '')
    const add = (config: string) => changeContexts({ XDG_CONFIG_HOME: config }, () => ({ contexts: {} }))
    expect(() => add(taken)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: expect.stringMatching(/cannot be written \(ENOTDIR\)/),
      }),
    )
  })

  it.each([
    'https://ana:s3cret@ops.example',
    'https://:s3cret@ops.example',
    'http://ana:s3cret@ops.example',
    'https://ops.example/?token=s3cret',
    'https://ops.example/#s3cret',
    'ops.example:s3cret@x y',
  ])('hold no address with a password in it, and the refusal does not show it: %s', (server) => {
    const found = () => findShop({ server }, env)
    expect(found).toThrow(/^--server/)
    expect(found).not.toThrow(/s3cret/)
  })

  it('stay as they are where a change is refused, and a lock that a killed process left is taken', () => {
    const before = readContexts(own)
    const refused = () =>
      changeContexts(own, () => {
        throw new Error('refused')
      })
    expect(refused).toThrow('refused')
    mkdirSync(lock)
    utimesSync(lock, 0, 0)
    changeContexts(own, ({ contexts }) => ({ contexts, current: 'a1' }))
    expect(readContexts(own)).toEqual({ ...before, current: 'a1' })
  })
})
