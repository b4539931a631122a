import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TestLaku } from '../laku.ts'

const launcher = fileURLToPath(new URL('../../bin/laku.js', import.meta.url))

/** What a process needs to work on a test's database with its sandbox. */
export function environmentOf(laku: TestLaku): NodeJS.ProcessEnv {
  const { config, urls } = laku
  const settings = join(mkdtempSync(join(tmpdir(), 'laku-chaos-')), 'config.json')
  writeFileSync(settings, JSON.stringify({ policy: { quietFromHour: 0, quietToHour: 0 } }))
  return {
    PATH: process.env.PATH,
    LAKU_CONFIG: settings,
    LAKU_LOG_LEVEL: 'fatal',
    LAKU_DATA_DIR: config.dataDir,
    LAKU_PUBLIC_URL: config.publicUrl,
    LAKU_ENCRYPTION_KEY: config.encryptionKey,
    JWT_SECRET: config.jwtSecret[0],
    DATABASE_URL: urls.app,
    XENDIT_API_URL: config.xenditApiUrl,
    BITESHIP_API_URL: config.biteshipApiUrl,
    WHATSAPP_API_URL: config.whatsappApiUrl,
    SMS_API_URL: config.smsApiUrl,
    SMTP_URL: config.smtpUrl,
  }
}

/** A `laku worker` of its own process, which is ready. */
export class WorkerProcess {
  static readonly #running = new Set<ChildProcess>()
  readonly #process: ChildProcess

  private constructor(child: ChildProcess) {
    this.#process = child
  }

  static async start(env: NodeJS.ProcessEnv): Promise<WorkerProcess> {
    const child = spawn(process.execPath, [launcher, 'worker', '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    WorkerProcess.#running.add(child)
    child.once('exit', () => WorkerProcess.#running.delete(child))
    for await (const _ of createInterface({ input: child.stdout as NodeJS.ReadableStream }))
      return new WorkerProcess(child)
    throw new Error(`the worker ended before it was ready (exit code ${child.exitCode})`)
  }

  /** So that a test that fails leaves none behind. */
  static killAll(): void {
    for (const child of WorkerProcess.#running) child.kill('SIGKILL')
  }

  /** SIGKILL leaves it no moment to put anything in order; SIGTERM lets it finish what it has. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.kill(signal)
    await ended
  }
}
