import type { CommandHouse } from '../../src/http/staff/command-house.ts'
import { openTestLaku, type TestLaku } from '../laku.ts'
import type { Market } from '../market.ts'
import { enrol } from '../staff.ts'
import { TestStaffServer } from '../staff-server.ts'
import { Storefront } from '../storefront.ts'
import { type Size, Terminal } from './terminal.ts'

/**
 * A shop on a database of its own, and terminals in which an administrator uses the built command through the
 * staff server.
 */
export class TerminalShop {
  readonly laku: TestLaku
  readonly front: Storefront
  #server: TestStaffServer
  readonly #env: Record<string, string>
  readonly #terminals: Terminal[] = []

  private constructor(
    laku: TestLaku,
    front: Storefront,
    server: TestStaffServer,
    env: Record<string, string>,
  ) {
    this.laku = laku
    this.front = front
    this.#server = server
    this.#env = env
  }

  static async open({ house }: { house?: CommandHouse } = {}): Promise<TerminalShop> {
    const laku = await openTestLaku({ sandbox: true, jobs: [] })
    const front = await Storefront.open(laku)
    await front.market.addStock(1_000)
    const token = await enrol(laku, 'admin', 'dewi').then(({ token }) => token)
    const server = await TestStaffServer.open(laku, house && { house })
    const env = { LAKU_SERVER: server.server.url, LAKU_TOKEN: token }
    return new TerminalShop(laku, front, server, env)
  }

  /** The address of the shop's staff server. */
  get url(): string {
    return this.#server.server.url
  }

  get market(): Market {
    return this.front.market
  }

  async terminal(size: Size, more: Record<string, string> = {}): Promise<Terminal> {
    const terminal = await Terminal.open(size, { ...this.#env, ...more })
    this.#terminals.push(terminal)
    return terminal
  }

  /** Restarts the staff server at its address; `meanwhile` runs while there is no server. */
  async restart(meanwhile: () => Promise<unknown>): Promise<void> {
    const { port } = new URL(this.url)
    await this.#server.close()
    await meanwhile()
    this.#server = await TestStaffServer.open(this.laku, { port: Number(port) })
  }

  async close(): Promise<void> {
    for (const terminal of this.#terminals) terminal.close()
    await this.#server.close()
    await this.laku.close()
  }
}
