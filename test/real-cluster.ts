import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findBinaries } from '../src/runtime/embedded/binaries.ts'
import { layoutOf, openSocketFolder, port } from '../src/runtime/embedded/layout.ts'
import { serverEnvironment } from '../src/runtime/embedded/server-environment.ts'
import { serverUser } from '../src/runtime/embedded/server-user.ts'
import { serverSettings } from '../src/runtime/embedded/settings.ts'

/**
 * A PostgreSQL server of a test's own on an existing cluster, in a state in which laku itself never starts
 * one.
 */
export class RealCluster {
  readonly #child: ChildProcess
  readonly #log: string
  /** The URL of the application's role. */
  readonly url: string
  readonly superUrl: string

  private constructor(child: ChildProcess, log: string, socketDir: string) {
    this.#child = child
    this.#log = log
    const host = encodeURIComponent(socketDir).replaceAll('%2F', '/')
    this.url = `postgres://laku_app@localhost:${port}/laku?host=${host}`
    this.superUrl = `postgres://postgres@localhost:${port}/laku?host=${host}`
  }

  /**
   * Starts the server of `dataDir` with additional settings, also as a standby. `says` is the text in its log
   * that shows that it is ready.
   */
  static async start(
    dataDir: string,
    { settings = [], standby = false, says }: { settings?: string[]; standby?: boolean; says: string },
  ): Promise<RealCluster> {
    const { cluster, socketDir } = layoutOf(dataDir)
    const user = serverUser(cluster)
    openSocketFolder(socketDir, user)
    const conf = join(cluster, 'postgresql.conf')
    writeFileSync(
      conf,
      serverSettings(socketDir, { fast: true }).replace(
        'log_min_messages = warning',
        'log_min_messages = log',
      ),
    )
    appendFileSync(conf, `${settings.join('\n')}\n`)
    const signal = join(cluster, 'standby.signal')
    if (standby) appendFileSync(signal, '')
    else rmSync(signal, { force: true })
    const log = join(dataDir, `${Date.now()}.log`)
    const out = openSync(log, 'a', 0o600)
    const [command = '', ...args] = [...user.prefix, findBinaries().postgres, '-D', cluster]
    const child = spawn(command, args, {
      ...user.owner,
      env: serverEnvironment(),
      stdio: ['ignore', out, out],
    })
    closeSync(out)
    const started = new RealCluster(child, log, socketDir)
    await started.#until(says)
    return started
  }

  async #until(says: string): Promise<void> {
    const deadline = Date.now() + 30_000
    while (!readFileSync(this.#log, 'utf8').includes(says)) {
      if (this.#child.exitCode !== null || Date.now() > deadline)
        throw new Error(`the server does not say "${says}": ${readFileSync(this.#log, 'utf8')}`)
      await sleep(20)
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGQUIT')
    await ended
  }
}

/**
 * Mounts a file system of this many bytes; undefined if this user may not mount one (not root, or no rights
 * in this container).
 */
export function smallDisk(folder: string, bytes: number): { path: string; end: () => void } | undefined {
  mkdirSync(folder, { recursive: true })
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0777`, 'tmpfs', folder])
  if (mounted.status !== 0) return undefined
  return { path: folder, end: () => void spawnSync('umount', ['-l', folder]) }
}
