import { spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../laku.ts'
import { hire } from '../staff.ts'
import { TestStaffServer } from '../staff-server.ts'
import { runLaku } from './laku-process.ts'

const launcher = fileURLToPath(new URL('../../bin/laku.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'laku-contexts-'))
const file = join(folder, 'config', 'laku', 'contexts.json')
// The environment of another folder, so that the shop of this folder is not found.
const env = { XDG_CONFIG_HOME: join(folder, 'config'), LAKU_DATA_DIR: join(folder, 'none') }

interface Shop {
  laku: TestLaku
  staffServer: TestStaffServer
  token: string
}
let shops: { ops: Shop; trial: Shop }
beforeAll(async () => {
  const open = async () => {
    const laku = await openTestLaku()
    const staffServer = await TestStaffServer.open(laku)
    return { laku, staffServer, token: await staffServer.tokenOf((await hire(laku, 'admin')).id) }
  }
  shops = { ops: await open(), trial: await open() }
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  for (const { staffServer, laku } of Object.values(shops ?? {})) {
    await staffServer.close()
    await laku.close()
  }
})

async function logIn(name: string, { staffServer, token }: Shop): Promise<number | null> {
  const words = ['login', '--server', staffServer.server.url, '--name', name, '--token-stdin']
  const child = spawn(process.execPath, [launcher, ...words], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  child.stdin.end(`${token}\n`)
  return await new Promise((resolve) => child.on('close', resolve))
}

/**
 * A probe that prints, at the end of a process, which files and which of Node's own modules the process
 * loaded.
 */
const probe = join(folder, 'probe.cjs')
writeFileSync(
  probe,
  `const files = []
   require('module').registerHooks({ load: (url, context, next) => (files.push(url), next(url, context)) })
   process.on('exit', () => {
     const ofNode = process.moduleLoadList.filter((one) => /^NativeModule (?!internal)/.test(one))
     require('fs').writeFileSync(process.env.LOADED, JSON.stringify({ files, ofNode }))
   })`,
)

interface Loaded {
  files: string[]
  ofNode: string[]
}

async function loadedBy(words: string[]): Promise<Loaded> {
  const to = join(folder, 'loaded.json')
  const { exitCode } = await runLaku(words, { ...env, NODE_OPTIONS: `--require ${probe}`, LOADED: to })
  expect([words, exitCode]).toEqual([words, 0])
  const { files, ofNode } = JSON.parse(readFileSync(to, 'utf8')) as Loaded
  const root = new URL('../../', import.meta.url).href
  return {
    files: files.map((file) => file.replace(root, '').replace(fileURLToPath(root), '')).filter(isFile),
    ofNode: ofNode.map((text) => text.replace('NativeModule ', '')),
  }
}

const isFile = (text: string) => !text.startsWith('node:')

const names = async ({ laku }: Shop) => {
  const rows = await laku.db.selectFrom('users').select('name').orderBy('name').execute()
  return rows.map((row) => row.name)
}
const make = (name: string, phone: string, ...words: string[]) =>
  runLaku(['users', 'create', '--name', name, '--phone', phone, ...words], env)

describe('issue 13, tried 4: two shops, two contexts, one terminal', () => {
  it('are logged in to, each with a token that nobody else reads', async () => {
    expect(await logIn('ops', shops.ops)).toBe(0)
    expect(await logIn('trial', shops.trial)).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const { stdout } = await runLaku(['context', 'list', '--json'], env)
    expect(stdout).not.toContain('lkst_')
    expect(JSON.parse(stdout).data).toMatchObject([
      { name: 'ops', chosen: false },
      { name: 'trial', chosen: true },
    ])
  })

  it('do not mix: each command is done in one, and says in which', async () => {
    const [a, b] = await Promise.all([
      make('Ana', '081320000001', '--context', 'ops'),
      make('Budi', '081320000002'),
    ])
    expect([a.exitCode, b.exitCode]).toEqual([0, 0])
    expect(a.stderr).toBe(`On ops, ${shops.ops.staffServer.server.url}.\n`)
    expect(b.stderr).toBe(`On trial, ${shops.trial.staffServer.server.url}.\n`)
    expect((await runLaku(['context', 'use', 'ops'], env)).exitCode).toBe(0)
    await make('Citra', '081320000003')
    await make('Dewi', '081320000004', '--server', shops.trial.staffServer.server.url)
    expect(await names(shops.ops)).toEqual(['Ana', 'Citra'])
    expect(await names(shops.trial)).toEqual(['Budi', 'Dewi'])
  })

  it('two that could both be meant are exit code 2, and nothing is done', async () => {
    const { url } = shops.trial.staffServer.server
    const before = [await names(shops.ops), await names(shops.trial)]
    const contradictions: [string[], Record<string, string>, RegExp][] = [
      [['--server', url, '--context', 'ops'], {}, /--server and --context each name a shop/],
      [['--server', url, '--server', url], {}, /--server is given twice/],
      [
        ['--context', 'ops', '--database-url', 'postgres://x@127.0.0.1:9/x'],
        {},
        /--context and --database-url/,
      ],
      [[], { DATABASE_URL: 'postgres://x@127.0.0.1:9/x' }, /DATABASE_URL and the chosen context ops/],
      [[], { LAKU_TOKEN: shops.trial.token }, /LAKU_TOKEN and the chosen context ops both say who you are/],
      [['--context', 'nowhere'], {}, /there is no context nowhere \(known: ops, trial\)/],
      [['--server', 'http://ops.example'], {}, /your token may be sent only by https/],
    ]
    for (const [words, more, sentence] of contradictions) {
      const line = ['users', 'create', '--name', 'Eko', '--phone', '081320000009', ...words]
      const { exitCode, stderr } = await runLaku(line, { ...env, ...more })
      expect([words, exitCode]).toEqual([words, 2])
      expect(stderr).toMatch(sentence)
    }
    expect([await names(shops.ops), await names(shops.trial)]).toEqual(before)
  })

  it('LAKU_SERVER and LAKU_TOKEN go before the chosen one; --context before both', async () => {
    const scripted = {
      ...env,
      LAKU_SERVER: shops.trial.staffServer.server.url,
      LAKU_TOKEN: shops.trial.token,
    }
    const whoami = async (words: string[], of: NodeJS.ProcessEnv) =>
      JSON.parse((await runLaku(['auth', 'whoami', '--json', ...words], of)).stdout).database as string
    const [ops, trial] = [shops.ops, shops.trial].map(({ laku }) => new URL(laku.urls.app).pathname)
    expect(await whoami([], scripted)).toContain(trial)
    expect(await whoami([], env)).toContain(ops)
    expect(await whoami(['--context', 'trial'], env)).toContain(trial)
  })

  it('a full disk is a sentence, a lost note changes no exit code, and an empty file is none of rows', async () => {
    const full = openSync('/dev/full', 'w')
    const [lost, silent, empty] = await Promise.all([
      runLaku(['users', 'list', '--json'], env, { stdout: full }),
      runLaku(['users', 'create', '--name', 'Fajar', '--phone', '081320000005'], env, { stderr: full }),
      runLaku(['products', 'import', '/dev/null'], env),
    ])
    closeSync(full)
    expect(lost.exitCode).toBe(1)
    expect(lost.stderr).toMatch(/^laku: the output cannot be written \(ENOSPC\)[^\n]+\n$/)
    expect([silent.exitCode, empty.exitCode]).toEqual([0, 2])
    expect(empty.stderr).toContain('/dev/null is empty')
  })

  it('issue 13, tried 6: a command loads a client and nothing else, however many commands there are', async () => {
    const most = { help: { files: 6, ofNode: 24 }, list: { files: 14, ofNode: 40 } }
    for (const [kind, words] of [
      ['help', ['sessions', '--help']],
      ['help', ['settle', '--help']],
      ['list', ['orders', 'list']],
      ['list', ['attention', 'list', '--json']],
    ] as const) {
      const { files, ofNode } = await loadedBy([...words])
      expect(files.filter((file) => !file.startsWith('dist/cli/bundle/'))).toEqual(['bin/laku.js'])
      expect(files.length).toBeLessThanOrEqual(most[kind].files)
      expect(ofNode.length).toBeLessThanOrEqual(most[kind].ofNode)
      // Each of these modules costs as much as the whole client.
      const dear = ['child_process', 'dgram', 'fs/promises', 'http2', 'tls', 'worker_threads']
      expect(ofNode.filter((text) => dear.includes(text))).toEqual([])
    }
  })

  it('compiled code is kept in a folder of the person alone, and read from no other', async () => {
    const caches = join(folder, 'caches')
    const own = { ...env, TMPDIR: join(folder, 'tmp'), XDG_CACHE_HOME: caches }
    mkdirSync(own.TMPDIR)
    expect((await runLaku(['sessions', '--help'], own)).exitCode).toBe(0)
    expect(readdirSync(own.TMPDIR)).toEqual([])
    expect(statSync(join(caches, 'laku')).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(caches, 'laku'))).not.toEqual([])
    rmSync(join(caches, 'laku'), { recursive: true })
    mkdirSync(join(caches, 'laku'))
    chmodSync(join(caches, 'laku'), 0o777)
    expect((await runLaku(['sessions', '--help'], own)).exitCode).toBe(0)
    expect(readdirSync(join(caches, 'laku'))).toEqual([])
  })

  it('a logout forgets one, and a server that is away is 6', async () => {
    expect((await runLaku(['auth', 'logout', '--context', 'trial'], env)).exitCode).toBe(0)
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).contexts)).toEqual(['ops'])
    const away = { ...env, LAKU_SERVER: 'http://127.0.0.1:9', LAKU_TOKEN: 'lkst_x' }
    const { exitCode, stderr } = await runLaku(['orders', 'list'], away)
    expect(exitCode).toBe(6)
    expect(stderr).toContain('does not answer (ECONNREFUSED)')
    const gone = { ...shops.ops, staffServer: { server: { url: 'http://127.0.0.1:9' } } } as Shop
    expect(await logIn('gone', gone)).toBe(6)
    const nobody = { ...env, LAKU_SERVER: shops.trial.staffServer.server.url }
    expect((await runLaku(['orders', 'list'], nobody)).exitCode).toBe(4)
  })
})
