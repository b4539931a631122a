import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Layout, socketName } from './layout.ts'
import { clearRemains, isAlive } from './postmaster.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'laku-postmaster-test-')))
const layout: Layout = {
  dataDir: folder,
  cluster: join(folder, 'postgres'),
  pidFile: join(folder, 'postgres', 'postmaster.pid'),
  logFile: join(folder, 'postgres.log'),
  socketDir: join(folder, 'socket'),
}
const socket = join(layout.socketDir, socketName)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/**
 * Starts a process in the folder of a removed cluster. When it ends, it removes the socket, as PostgreSQL
 * does.
 */
async function orphan(onQuit: string): Promise<number> {
  mkdirSync(layout.cluster, { recursive: true })
  mkdirSync(layout.socketDir, { recursive: true })
  const child = spawn('sh', ['-c', `trap '${onQuit}' QUIT; echo ready; while :; do sleep 0.05; done`], {
    cwd: layout.cluster,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  rmSync(layout.cluster, { recursive: true })
  writeFileSync(socket, '')
  writeFileSync(`${socket}.lock`, `${child.pid}\n`)
  return child.pid as number
}

test.runIf(process.platform === 'linux')(
  'a server of a removed folder is gone before its successor has the socket',
  async () => {
    const pid = await orphan(`sleep 0.3; rm -f "${socket}"; exit`)
    await clearRemains(layout)
    writeFileSync(socket, 'of the successor')
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(existsSync(socket)).toBe(true)
    expect(existsSync(`${socket}.lock`)).toBe(false)
  },
)
