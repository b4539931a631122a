import { spawn } from 'node:child_process'
import { chownSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { isAlive } from './embedded/postmaster.ts'
import { embeddedPostgresStatus, startEmbeddedPostgres, stopEmbeddedPostgres } from './embedded-postgres.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65534
const folders: string[] = []

function temporary(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'laku-embedded-test-')))
  folders.push(folder)
  return folder
}

const shared = temporary()
const fast = { fast: true }

afterAll(async () => {
  for (const folder of folders) {
    await stopEmbeddedPostgres(folder)
    rmSync(folder, { recursive: true, force: true })
  }
})

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** A killed process is gone only a moment after the signal, so this waits. */
async function killHard(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL')
  while (isAlive(pid)) await sleep(1)
}

const module = new URL('./embedded-postgres.ts', import.meta.url).href
const program = `
  const { startEmbeddedPostgres } = await import(${JSON.stringify(module)})
  try {
    console.log((await startEmbeddedPostgres(process.argv[1], { fast: true })).pid)
  } catch (error) {
    console.log(error.exitCode + ' ' + error.message)
  }
`

/**
 * Starts the server from another process. Returns the output of that process: the server's pid, or the error.
 */
function startElsewhere(
  folder: string,
  options: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder], {
    ...options,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise<string>((resolve) => {
    let out = ''
    child.stdout.on('data', (chunk) => (out += chunk))
    child.on('close', () => resolve(out.trim()))
  })
}

test('processes that ask at once, the first time, share one server, which outlives them', async () => {
  const pids = await Promise.all(Array.from({ length: 5 }, () => startElsewhere(shared)))
  expect(new Set(pids).size).toBe(1)
  const server = await startEmbeddedPostgres(shared, fast)
  expect(String(server.pid)).toBe(pids[0])
  expect(await embeddedPostgresStatus(shared)).toMatchObject({ running: true, pid: server.pid })
  expect(statSync(server.socketDir).mode & 0o777).toBe(0o700)
})

test('the roles may what they should and no more', async () => {
  const { ownerUrl, appUrl, superUrl } = await startEmbeddedPostgres(shared, fast)
  await ask(ownerUrl, 'create table t (id int)')
  await ask(ownerUrl, 'create database clone template laku')
  expect(await ask(ownerUrl, 'select current_user::text as role, current_database()::text as db')).toEqual([
    { role: 'laku_owner', db: 'laku' },
  ])
  await expect(ask(appUrl, 'select * from t')).rejects.toThrow('permission denied')
  await expect(ask(appUrl, 'create table u (id int)')).rejects.toThrow('permission denied')
  await expect(ask(appUrl, 'create database v')).rejects.toThrow('permission denied')
  const [settings] = await ask(
    superUrl,
    `select current_setting('listen_addresses') as listen, current_setting('timezone') as zone,
       current_setting('wal_level') as wal, current_setting('max_connections') as connections`,
  )
  expect(settings).toEqual({ listen: '', zone: 'UTC', wal: 'replica', connections: '200' })
})

test('the log holds no data of a failed statement', async () => {
  const { superUrl } = await startEmbeddedPostgres(shared, fast)
  await ask(superUrl, 'create table phones (phone text primary key)')
  const twice = `insert into phones values ('+628111222333'), ('+628111222333')`
  await expect(ask(superUrl, twice)).rejects.toThrow('duplicate key')
  expect(readFileSync(join(shared, 'postgres.log'), 'utf8')).toContain('duplicate key')
  expect(readFileSync(join(shared, 'postgres.log'), 'utf8')).not.toContain('628111222333')
})

test('after a kill -9 it starts again at the same address, with its data', async () => {
  const before = await startEmbeddedPostgres(shared, fast)
  await ask(before.ownerUrl, 'create table kept as select 7 as n')
  await killHard(before.pid)
  const after = await startEmbeddedPostgres(shared, fast)
  expect(after.pid).not.toBe(before.pid)
  expect(after.appUrl).toBe(before.appUrl)
  expect(await ask(after.ownerUrl, 'select n from kept')).toEqual([{ n: 7 }])
})

test('a pid file that names another program, or a zombie, counts as stale', async () => {
  const zombie = spawn('sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const line = await new Promise<string>((resolve) =>
      zombie.stdout.once('data', (chunk) => resolve(`${chunk}`)),
    )
    for (const pid of [process.pid, Number(line)]) {
      expect(await stopEmbeddedPostgres(shared)).toBe(true)
      const pidFile = join(shared, 'postgres', 'postmaster.pid')
      writeFileSync(pidFile, `${pid}\n${shared}/postgres\n1\n5432\n/tmp\n\n1 1\nready\n`)
      expect(await embeddedPostgresStatus(shared)).toMatchObject({ running: false })
      const { appUrl } = await startEmbeddedPostgres(shared, fast)
      expect(await ask(appUrl, 'select 1 as one')).toEqual([{ one: 1 }])
    }
  } finally {
    zombie.kill('SIGKILL')
  }
})

test('a server whose socket was cleaned away is replaced', async () => {
  const before = await startEmbeddedPostgres(shared, fast)
  rmSync(before.socketDir, { recursive: true })
  const after = await startEmbeddedPostgres(shared, fast)
  expect(after.pid).not.toBe(before.pid)
  expect(await ask(after.appUrl, 'select 1 as one')).toEqual([{ one: 1 }])
})

test('a data folder that was removed under its server can be made again', async () => {
  const before = await startEmbeddedPostgres(shared, fast)
  // The server may still write into the folder, so the removal is retried.
  rmSync(shared, { recursive: true, maxRetries: 20, retryDelay: 20 })
  const after = await startEmbeddedPostgres(shared, fast)
  expect(after.pid).not.toBe(before.pid)
  expect(await ask(after.ownerUrl, `select to_regclass('kept') as kept`)).toEqual([{ kept: null }])
})

test('stop ends it once, and a folder that is not there has none', async () => {
  await startEmbeddedPostgres(shared, fast)
  expect(await stopEmbeddedPostgres(shared)).toBe(true)
  expect(await stopEmbeddedPostgres(shared)).toBe(false)
  expect(await embeddedPostgresStatus(shared)).toMatchObject({ running: false })
  expect(await stopEmbeddedPostgres(join(shared, 'nowhere'))).toBe(false)
})

test('a folder that cannot be made is named, with what to do', async () => {
  const file = join(shared, 'file')
  writeFileSync(file, '')
  await expect(startEmbeddedPostgres(join(file, 'data'))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/file\/data cannot be used \(ENOTDIR\).*LAKU_DATA_DIR or --data-dir/),
  })
})

test.runIf(isRoot)('an ordinary user runs it too, and is refused a folder of root', async () => {
  const folder = temporary()
  expect(await startElsewhere(folder, { uid: nobody, gid: nobody })).toMatch(/^2 the data folder .*EACCES/)
  chownSync(folder, nobody, nobody)
  expect(await startElsewhere(folder, { uid: nobody, gid: nobody })).toMatch(/^\d+$/)
  // Root uses the same server, and starts it again as its owner when it has ended.
  const { pid } = await startEmbeddedPostgres(folder, fast)
  await killHard(pid)
  expect((await startEmbeddedPostgres(folder, fast)).pid).not.toBe(pid)
  expect(statSync(join(folder, 'postgres', 'postmaster.pid')).uid).toBe(nobody)
})

test.runIf(isRoot)('root without user namespaces runs it as nobody', async () => {
  const folder = temporary()
  const pid = await startElsewhere(folder, { env: { PATH: '/nonexistent' } })
  expect(pid).toMatch(/^\d+$/)
  expect(statSync(`/proc/${pid}`).uid).toBe(nobody)
  const { appUrl } = await startEmbeddedPostgres(folder, fast)
  expect(await ask(appUrl, 'select 1 as one')).toEqual([{ one: 1 }])
})
