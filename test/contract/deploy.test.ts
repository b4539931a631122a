import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { variableOf } from '../../src/runtime/config/fields.ts'
import { configSchema, settingNames } from '../../src/runtime/config/schema.ts'
import { loadConfig } from '../../src/runtime/config.ts'
import { runClient } from '../staff-server.ts'

const linesOf = (file: string) =>
  [...readFileSync(`deploy/${file}`, 'utf8').matchAll(/^(#?)([A-Z][A-Z0-9_]+)=(.*)$/gm)].map(
    ([, out, name, value]) => ({
      name: name as string,
      // The quotes belong to the file's notation, which systemd removes.
      value: (value as string).replace(/^"(.*)"$/, '$1'),
      given: out === '',
    }),
  )
const lines = linesOf('laku.env.example')
/**
 * The variables that must not be in the file of server and worker: the owner's URLs, and a person's token.
 */
const elsewhere = {
  'owner.env.example': ['DATABASE_OWNER_URL', 'DATABASE_SHELL_URL'],
  'settle.env.example': ['LAKU_TOKEN'],
}

describe('deploy/laku.env.example', () => {
  it('names every variable once, and none that laku does not know', () => {
    const known = [
      'LAKU_CONFIG',
      ...settingNames.map((name) => variableOf(configSchema.shape[name]).variable),
    ]
    const others = Object.values(elsewhere).flat()
    expect(lines.map(({ name }) => name).toSorted()).toEqual(
      known.filter((name) => !others.includes(name)).toSorted(),
    )
    for (const [file, names] of Object.entries(elsewhere)) {
      expect(linesOf(file).map(({ name }) => name)).toEqual(expect.arrayContaining(names))
    }
  })

  it('is read by a shell as by systemd: the owner runs doctor with it', () => {
    const { stdout, stderr } = spawnSync('sh', ['-c', 'set -a; . ./deploy/laku.env.example; env -0'], {
      encoding: 'utf8',
      env: {},
    })
    expect(stderr).toBe('')
    const read = Object.fromEntries(stdout.split('\0').map((line) => line.split(/=(.*)/s).slice(0, 2)))
    for (const { name, value, given } of lines) if (given) expect(read[name], name).toBe(value)
  })

  it('starts production once what is empty is filled in, and not before', () => {
    const given = Object.fromEntries(
      lines.filter((line) => line.given).map(({ name, value }) => [name, value]),
    )
    const empty = Object.keys(given).filter((name) => given[name] === '')
    expect(() => loadConfig({ env: given })).toThrow(/is missing: production needs it/)
    const samples: Record<string, string> = {
      DATABASE_URL: 'postgres://laku_app@127.0.0.1:6432/laku',
      DATABASE_DIRECT_URL: 'postgres://laku_app@127.0.0.1/laku',
      SMTP_URL: 'smtps://mail.example.com',
      WAREHOUSE_POSTAL_CODE: '13960',
      WAREHOUSE_CONTACT_PHONE: '+622155501234',
    }
    const filled = Object.fromEntries(
      empty.map((name) => [name, samples[name] ?? randomBytes(32).toString('base64')]),
    )
    const config = loadConfig({ env: { ...given, ...filled } })
    expect(config.env).toBe('production')
    expect(config.warnings).toEqual([])
    // Each empty variable is required, except the database's URL, which has a default.
    const missing = (name: string) => {
      try {
        loadConfig({ env: { ...given, ...filled, [name]: '' } })
        return false
      } catch {
        return true
      }
    }
    expect(empty.filter((name) => !missing(name))).toEqual(['DATABASE_DIRECT_URL'])
  })
})

describe('the units', () => {
  const folder = mkdtempSync(join(tmpdir(), 'laku-units-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const units = readdirSync('deploy').filter((name) => /\.(service|timer)$/.test(name))
  /** Lets systemd check a unit file. Node's path is replaced, because it may differ on this machine. */
  const verify = (name: string, text: string) => {
    const file = join(folder, name)
    writeFileSync(file, text.replaceAll('/usr/bin/node', process.execPath))
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
      encoding: 'utf8',
    })
    return { status, said: stdout + stderr }
  }
  const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0

  it.runIf(hasSystemd)('are read by systemd without a word, and a slip in one is told', () => {
    for (const name of units) {
      const text = readFileSync(`deploy/${name}`, 'utf8')
      expect([name, verify(name, text)]).toEqual([name, { status: 0, said: '' }])
      // The unit file must also be valid with its credentials.
      const loaded = text.replaceAll('#LoadCredential=', 'LoadCredential=')
      expect([name, verify(name, loaded)]).toEqual([name, { status: 0, said: '' }])
    }
    const slip = readFileSync('deploy/laku-serve.service', 'utf8').replace('ProtectHome', 'ProtectHom')
    expect(verify('laku-slip.service', slip).said).toContain('ProtectHom')
  })

  const secrets = settingNames
    .map((name) => variableOf(configSchema.shape[name]))
    .flatMap(({ variable, secret }) => (secret ? variable : []))

  it.each([
    ['laku-serve.service', ['JWT_SECRET', 'DATABASE_URL']],
    ['laku-worker.service', ['JWT_SECRET', 'DATABASE_URL']],
    // The service runs its command through the staff server, like everybody.
    ['laku-settle.service', ['LAKU_TOKEN']],
  ])('%s loads secrets as credentials, and never the owner’s', (unit, least) => {
    const text = readFileSync(`deploy/${unit}`, 'utf8')
    const loaded = [...text.matchAll(/^#?LoadCredential=([A-Z_]+):(.*)$/gm)]
    expect(loaded.map(([, name]) => name)).toEqual(expect.arrayContaining(least))
    for (const [, name, path] of loaded) {
      expect(secrets).toContain(name)
      expect(path).toBe(`/etc/laku/credentials/${name}`)
    }
    expect(text).not.toMatch(/OWNER|owner\.env/)
    if (unit === 'laku-settle.service') {
      expect(loaded).toHaveLength(1)
      expect(text).not.toContain('laku.env')
      expect(text).toContain('settle run --wait 30m')
    }
  })
})

describe('issue 13, deliver 1: the settle timer', () => {
  const home = mkdtempSync(join(tmpdir(), 'laku-home-'))
  afterAll(() => rmSync(home, { recursive: true }))
  const unit = readFileSync('deploy/laku-settle.service', 'utf8')
  const [, line = ''] = /^ExecStart=\/usr\/bin\/node \/opt\/laku\/bin\/laku\.js (.*)$/m.exec(unit) ?? []
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
  const given = Object.fromEntries(
    [...unit.matchAll(/^Environment=([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  )

  it('asks for a server during 30 minutes, in a home that it may not look into, and ends with 6', async () => {
    // systemd's ProtectHome hides the home folder, so the service cannot read the contexts in it.
    mkdirSync(join(home, '.config', 'laku'), { recursive: true })
    writeFileSync(join(home, '.config', 'laku', 'contexts.json'), '{}', { mode: 0o644 })
    const nobody = createServer().listen(0, '127.0.0.1')
    await once(nobody, 'listening')
    const { port } = nobody.address() as AddressInfo
    await new Promise((resolve) => nobody.close(resolve))
    expect(given.LAKU_SERVER).toBe('http://127.0.0.1:3010')
    const env = { ...given, HOME: home, LAKU_SERVER: `http://127.0.0.1:${port}`, LAKU_TOKEN: 'lkst_timer' }
    let nowMs = 0
    const sleep = async (ms: number) => {
      nowMs += ms
    }
    const told = await runClient(words, env, undefined, undefined, { time: { nowMs: () => nowMs, sleep } })
    expect(told).toMatchObject({
      exitCode: 6,
      stderr: expect.stringContaining('does not answer (ECONNREFUSED)'),
    })
    expect(nowMs / 60_000).toBeGreaterThan(29.9)
    expect(nowMs / 60_000).toBeLessThanOrEqual(30)
  })
})

describe('a command of the host', () => {
  const run = (...words: string[]) => runClient(words, { HOME: tmpdir(), XDG_CONFIG_HOME: '/nonexistent' })

  it.each([
    [['db', 'shift-clock', '7d', '--context', 'trial'], '--context'],
    [['db', 'seed', '--server', 'https://ops.example'], '--server'],
    [['demo', '--context', 'ops'], '--context'],
    [['doctor', '--wait', '30m'], '--wait'],
    [['db', 'backup', 'file', '--idempotency-key', 'k'], '--idempotency-key'],
    [['login', '--context', 'ops'], '--context'],
    [['auth', 'logout', '--server', 'https://ops.example'], '--server'],
    [['context', 'list', '--server', 'https://ops.example'], '--server'],
  ])('%j takes no flag that names another shop: it would work on this machine', async (words, flag) => {
    const { exitCode, stderr } = await run(...words)
    expect([exitCode, stderr.replace(/\s+/g, ' ')]).toEqual([2, expect.stringContaining(`takes no ${flag}`)])
  })

  it.each([
    [['whoami'], "unknown command 'whoami': see laku --help"],
    [['orders', 'lst'], "unknown command 'lst': see laku orders --help"],
    [['payments', 'quarantine', 'lst'], "unknown command 'lst': see laku payments quarantine --help"],
  ])('%j that does not exist is named', async (words, sentence) => {
    const { exitCode, stderr } = await run(...words)
    expect([exitCode, stderr.replace(/\s+/g, ' ')]).toEqual([2, expect.stringContaining(sentence)])
    expect((await run('orders', 'list', 'one-too-many')).stderr).toContain('too many arguments')
  })
})
