import { choreography } from '../../src/domain/composition/choreography.ts'
import { approveBankAccount, setBankAccount } from '../../src/domain/factory/index.ts'
import { type Actor, type Policy, recordDatabaseIdentity } from '../../src/domain/kernel/index.ts'
import type { PaymentGateway } from '../../src/domain/payment/index.ts'
import type { PayoutGateway } from '../../src/domain/payout/index.ts'
import { createXenditGateway } from '../../src/providers/xendit/gateway.ts'
import { createXenditPayouts } from '../../src/providers/xendit/payouts.ts'
import { backUp } from '../backup.ts'
import { sandboxControl } from '../control.ts'
import { someone, system } from '../laku.ts'
import type { Buyer } from '../market.ts'
import { installQuickChecks } from '../model/quick-checks.ts'
import { openSettlementFixture, type SettlementFixture } from '../settlements.ts'
import { Sleepers } from '../sleepers.ts'
import { Storefront } from '../storefront.ts'
import { Alone } from './alone.ts'
import { limits } from './limits.ts'
import { type Person, personOf } from './people.ts'

const PLACE = 'db.example/laku'
const DAY_S = 86_400

const policy = {
  ...limits,
  withdrawalFeeIdr: 0,
  settlementAfterDays: 0,
  newDestinationHours: 0,
  bankCoolingOffHours: 0,
}

export interface AtProvider {
  id: string
  reference_id: string
  status: string
  amount: number
}
interface Book {
  invoices: { id: string; external_id: string; status: string; paid_amount?: number }[]
  payouts: (AtProvider & { channel_properties: { account_number: string } })[]
  refunds: (AtProvider & { invoice_id: string })[]
}

/**
 * The number of factories and buyers of one history. There are few, so that their actions affect each other.
 */
const [FACTORIES, BUYERS] = [2, 1]

/**
 * A shop whose provider, bank, workers and backups behave arbitrarily. One database serves many histories;
 * each has people of its own.
 */
export class House {
  readonly laku: SettlementFixture['laku']
  readonly f: SettlementFixture
  readonly shop: Storefront
  readonly gateway: PaymentGateway
  readonly payouts: PayoutGateway
  readonly control: ReturnType<typeof sandboxControl>
  readonly clerks: readonly (Actor & { id: string })[]
  readonly sleepers = new Sleepers()
  people: Person[] = []
  /** The payer of each invoice. */
  readonly payers = new Map<string, Person>()
  payments: { id: string; code: string; invoiceId: string }[] = []
  /** The bank transfers that were ordered and paid, by batch and code. */
  readonly bankPaid = new Map<string, { person: Person; amountIdr: number }>()
  backup:
    | {
        restore: () => Promise<void>
        people: Person[]
        payments: House['payments']
        atBank: number
        recall: () => void
      }
    | undefined
  bankTurns = 0
  references = 0
  disposals = 0
  readonly batches = new Set<number>()
  readonly alone = new Alone()

  private constructor(f: SettlementFixture, shop: Storefront) {
    this.f = f
    this.shop = shop
    this.laku = f.laku
    const { xenditApiUrl: url, xenditSecretKey: secretKey } = f.laku.config
    // The timeout is short, so that a call that never answers costs a history only a moment. A slow call then
    // counts as lost.
    const wire = { url, secretKey, timeoutMs: 250, breaker: { troubles: 1_000_000 } }
    this.gateway = createXenditGateway(wire)
    this.payouts = createXenditPayouts(wire)
    this.control = sandboxControl(f.laku)
    this.clerks = ['ana', 'budi', 'cici'].map((name) =>
      someone({ role: 'finance', name, reason: 'a history' }),
    )
  }

  static async open(terms: Partial<Policy> = {}): Promise<House> {
    const f = await openSettlementFixture({ choreography, policy: { ...policy, ...terms }, jobs: [] })
    const shop = await Storefront.open(f.laku)
    const house = new House(f, shop)
    await installQuickChecks(f.laku)
    await house.control('PUT', '/payouts', { outcome: 'ACCEPTED' })
    await house.control('PUT', '/refunds', { outcome: 'PENDING' })
    await f.laku.system((work) => recordDatabaseIdentity(work, PLACE))
    return house
  }

  async begin(): Promise<void> {
    const { f, shop } = this
    // Lets eight days pass, so that nobody has used any limit.
    await this.pass(8 * DAY_S)
    this.people = []
    this.batches.clear()
    this.alone.forget()
    this.payments = []
    this.backup = undefined
    const factoryIds: string[] = []
    for (let i = 0; i < FACTORIES; i++) factoryIds.push(await f.factory())
    await this.admit(factoryIds, await shop.market.buyers(BUYERS))
  }

  /** Gives each of these factories and buyers a bank account, and follows their money from now on. */
  async admit(factoryIds: readonly string[], buyers: readonly Buyer[]): Promise<void> {
    const { laku } = this
    for (const factoryId of factoryIds) {
      const person = personOf('factory', factoryId, accountNumber())
      const account = {
        channelCode: 'ID_BCA',
        accountNumber: person.accountNumber,
        accountHolderName: 'PT Uji',
      }
      const [ana, budi] = this.clerks as [Actor, Actor]
      const { id } = await laku.as(ana, (work) => setBankAccount(work, { factoryId, ...account }))
      await laku.as(budi, (work) => approveBankAccount(work, { factoryId, account: id }))
      this.people.push(person)
    }
    for (const buyer of buyers) this.people.push({ ...personOf('buyer', buyer.id, accountNumber()), buyer })
  }

  get context() {
    const { gateway, payouts } = this
    return {
      unitOfWork: this.laku.unitOfWork,
      actor: system,
      gateway,
      payouts,
      publicUrl: 'http://laku.test',
    }
  }

  adopting(actor: Actor) {
    return { ...this.context, actor, place: PLACE }
  }

  async pass(seconds: number): Promise<void> {
    this.laku.clock.shift(seconds)
    await this.control('POST', '/age', { seconds })
  }

  book(): Promise<Book> {
    return this.control<Book>('GET', '/book')
  }

  ofKind(kind: Person['kind']): Person[] {
    return this.people.filter((person) => person.kind === kind)
  }

  person(id: string | null): Person | undefined {
    return this.people.find((person) => person.id === id)
  }

  async backUp(): Promise<void> {
    const restore = await backUp(this.laku)
    this.backup = {
      restore,
      people: this.people.map((person) => ({ ...person })),
      payments: [...this.payments],
      atBank: this.bankTurns,
      recall: this.alone.remember(),
    }
  }
}

let accounts = 0
/** Returns an account number of ten digits. */
const accountNumber = () => String(7_000_000_000 + ++accounts)
