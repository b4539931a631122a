import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Policy } from '../src/domain/kernel/index.ts'
import type { TestLaku } from './laku.ts'

const launcher = fileURLToPath(new URL('../bin/laku.js', import.meta.url))

/**
 * What a process needs to work on a test's database with its sandbox; `policy` where a rule is to be another
 * than the default.
 */
export function environmentOf(laku: TestLaku, policy: Partial<Policy> = {}): NodeJS.ProcessEnv {
  const { config, urls } = laku
  const settings = join(mkdtempSync(join(tmpdir(), 'laku-chaos-')), 'config.json')
  writeFileSync(settings, JSON.stringify({ policy: { quietFromHour: 0, quietToHour: 0, ...policy } }))
  return {
    PATH: process.env.PATH,
    LAKU_CONFIG: settings,
    LAKU_LOG_LEVEL: 'fatal',
    LAKU_DATA_DIR: config.dataDir,
    LAKU_PUBLIC_URL: config.publicUrl,
    LAKU_ENCRYPTION_KEY: config.encryptionKey.join(','),
    JWT_SECRET: config.jwtSecret[0],
    DATABASE_URL: urls.app,
    XENDIT_API_URL: config.xenditApiUrl,
    BITESHIP_API_URL: config.biteshipApiUrl,
    WHATSAPP_API_URL: config.whatsappApiUrl,
    SMS_API_URL: config.smsApiUrl,
    SMTP_URL: config.smtpUrl,
  }
}

interface Announced {
  /** Where a server listens. */
  http?: string
}

/** A `laku serve` or `laku worker` as a process of its own, which is ready. */
export class RunningLaku {
  static readonly #running = new Set<ChildProcess>()
  readonly #process: ChildProcess
  /** Where it listens; only a server does. */
  readonly url: string

  private constructor(child: ChildProcess, { http = '' }: Announced) {
    this.#process = child
    this.url = http
  }

  static worker(env: NodeJS.ProcessEnv): Promise<RunningLaku> {
    return RunningLaku.#start(['worker'], env)
  }

  /** `node`: options of its own for Node, such as --cpu-prof. */
  static server(env: NodeJS.ProcessEnv, node: readonly string[] = []): Promise<RunningLaku> {
    return RunningLaku.#start(['serve', '--port', '0', '--host', '127.0.0.1'], env, node)
  }

  static async #start(
    args: string[],
    env: NodeJS.ProcessEnv,
    node: readonly string[] = [],
  ): Promise<RunningLaku> {
    const child = spawn(process.execPath, [...node, launcher, ...args, '--json'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    RunningLaku.#running.add(child)
    child.once('exit', () => RunningLaku.#running.delete(child))
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream }))
      return new RunningLaku(child, JSON.parse(line) as Announced)
    throw new Error(`laku ${args[0]} ended before it was ready (exit code ${child.exitCode})`)
  }

  get pid(): number {
    return this.#process.pid as number
  }

  /** So that a test that fails leaves none behind. */
  static killAll(): void {
    for (const child of RunningLaku.#running) child.kill('SIGKILL')
  }

  /** It stands still where it is, like a machine that sleeps: its sockets stay open and it answers nobody. */
  pause(): void {
    this.#process.kill('SIGSTOP')
  }

  resume(): void {
    this.#process.kill('SIGCONT')
  }

  /**
   * SIGKILL leaves it no moment to put anything in order; SIGTERM lets it finish what it has. Returns its
   * exit code, null where it was killed.
   */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const ended = once(this.#process, 'exit')
    this.#process.kill(signal)
    const [exitCode] = (await ended) as [number | null]
    return exitCode
  }
}
