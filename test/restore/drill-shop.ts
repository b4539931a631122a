import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Buyer } from '../../src/commands/demo/buyer.ts'
import type { Goods } from '../../src/commands/demo/catalogue.ts'
import { stockGoods } from '../../src/commands/demo/catalogue.ts'
import { HttpClient } from '../../src/commands/demo/http-client.ts'
import type { Shop } from '../../src/commands/demo/shop.ts'
import { Child } from '../../src/commands/up/child.ts'
import { freePorts } from '../../src/commands/up/ports.ts'
import { runLaku } from '../acceptance/laku-process.ts'

const CLOCK_MS = 6_000

interface Book {
  balance_idr: number
  payouts: { reference_id: string; amount: number; status: string }[]
  refunds: { reference_id: string; amount: number; status: string }[]
}

/**
 * A shop whose parts are stopped and started one by one: its database may be another one in the morning,
 * while the providers go on. All that is done to it is a command or a request.
 */
export class DrillShop {
  readonly #folder = mkdtempSync(join(tmpdir(), 'laku-drill-'))
  readonly #base: NodeJS.ProcessEnv
  readonly #url: string
  readonly sandbox: HttpClient
  #dataDir = ''
  #token = ''
  #running: Child[] = []
  #sandboxProcess: Child | undefined
  #phones = 0

  private constructor(port: number, sandboxPort: number) {
    const config = join(this.#folder, 'config.json')
    // One buyer moves in a minute what takes people days, at any hour.
    const policy = { quietFromHour: 0, quietToHour: 0, withdrawalFeeIdr: 0 }
    writeFileSync(config, JSON.stringify({ policy }))
    this.#base = {
      LAKU_CONFIG: config,
      LAKU_LOG_LEVEL: 'fatal',
      HOST: '127.0.0.1',
      PORT: String(port),
      LAKU_SANDBOX_PORT: String(sandboxPort),
    }
    this.#url = `http://127.0.0.1:${port}`
    this.sandbox = new HttpClient(`http://127.0.0.1:${sandboxPort}`)
  }

  static async open(): Promise<DrillShop> {
    const shop = new DrillShop(await freePorts(1), await freePorts(2))
    shop.#dataDir = join(shop.#folder, 'first')
    shop.#sandboxProcess = shop.#start('sandbox')
    await shop.#sandboxProcess.ready()
    // What buyers paid today is not settled at the provider yet: the day's payouts come out of a float.
    await shop.sandbox.ask('PUT', '/control/balance', { float_idr: 10_000_000 })
    await shop.done('db', 'start')
    shop.#token = await shop.letIn('ana')
    await shop.work()
    return shop
  }

  /** An administrator by the hand of the database's owner: two of them are two people. */
  async letIn(name: string): Promise<string> {
    return (await this.done<{ admin: { token: string } }>('db', 'migrate', '--admin', name)).admin.token
  }

  #start(name: string): Child {
    return new Child(name, { ...process.env, ...this.#base, LAKU_DATA_DIR: this.#dataDir })
  }

  /** Server and worker begin. */
  async work(): Promise<void> {
    this.#running = [this.#start('serve'), this.#start('worker')]
    await Promise.all(this.#running.map((child) => child.ready()))
  }

  /** Server and worker end, and the database with them. */
  async rest(): Promise<void> {
    await Promise.all(this.#running.map((child) => child.stop()))
    this.#running = []
    await this.done('db', 'stop')
  }

  /**
   * Copies the database as it is now, while it works. What is returned brings that copy back, and laku goes
   * on with it.
   */
  async backUp(): Promise<() => Promise<void>> {
    const file = join(this.#folder, 'backup.tar')
    await this.done('db', 'backup', file)
    return async () => {
      await this.rest()
      this.#dataDir = join(this.#folder, 'second')
      await this.done('db', 'restore', file)
      await this.done('db', 'migrate')
      await this.work()
    }
  }

  /** A command as the shop's administrator or whoever holds the token: its exit code and its value. */
  async laku<T>(args: readonly string[], token = this.#token): Promise<{ exitCode: number; value: T }> {
    const env = { ...this.#base, LAKU_DATA_DIR: this.#dataDir, ...(token && { LAKU_TOKEN: token }) }
    const { exitCode, stdout, stderr } = await runLaku([...args, '--json', '--yes'], env)
    if (!stdout.trim()) throw new Error(`laku ${args.join(' ')} printed no JSON: ${stderr}`)
    return { exitCode: exitCode ?? -1, value: JSON.parse(stdout) as T }
  }

  /** A command that must succeed. */
  async done<T>(...args: string[]): Promise<T> {
    const { exitCode, value } = await this.laku<T>(args)
    if (exitCode !== 0)
      throw new Error(`laku ${args.join(' ')} ended with ${exitCode}: ${JSON.stringify(value)}`)
    return value
  }

  get staff(): HttpClient {
    return new HttpClient(this.#url, this.#token)
  }

  stockGoods(name: string, sku: string, priceIdr: number): Promise<Goods> {
    // The flows of the demo ask for no more of a shop than its staff server and its commands.
    const shop = { staff: this.staff, laku: (...args: string[]) => this.done(...args) } as unknown as Shop
    return stockGoods(shop, { name, sku, priceIdr, stock: 20 })
  }

  newBuyer(name: string): Promise<Buyer> {
    this.#phones += 1
    return Buyer.signUp(name, `+62812${80_000_000 + this.#phones}`, this.#url, this.sandbox.base)
  }

  /** So much later for laku and for its providers. */
  async pass(seconds: number): Promise<void> {
    await this.done('db', 'shift-clock', `${seconds}s`)
    await this.sandbox.ask('POST', '/control/age', { seconds })
    // A process looks at the clock of development once in a while.
    await sleep(CLOCK_MS)
  }

  book(): Promise<Book> {
    return this.sandbox.ask('GET', '/control/book')
  }

  /** The courier's bookings, by their references. */
  async parcels(): Promise<string[]> {
    const all = await this.sandbox.ask<{ reference_id: string }[]>('GET', '/control/parcels')
    return all.map((item) => item.reference_id).sort()
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((child) => child.stop()))
    await this.laku(['db', 'stop'])
    await this.#sandboxProcess?.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
