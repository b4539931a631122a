import { sql } from 'kysely'
import { inject } from 'vitest'
import { choreography } from '../src/domain/composition/choreography.ts'
import {
  type Actor,
  type Choreography,
  ConfirmedFactor,
  defaultPolicy,
  newId,
  type Policy,
  StaffProof,
  UnitOfWork,
  Vault,
  type Work,
} from '../src/domain/kernel/index.ts'
import { workRecords } from '../src/domain/ops/work-records.ts'
import type { JobDefinition } from '../src/jobs/define-job.ts'
import { jobs as everyJob } from '../src/jobs/registry.ts'
import { loadConfig } from '../src/runtime/config.ts'
import { createProviders } from '../src/runtime/create-providers.ts'
import { beganAt, createKysely, createPool } from '../src/runtime/database.ts'
import type { Laku } from '../src/runtime/laku.ts'
import { createLogger } from '../src/runtime/logger.ts'
import { JobQueue } from '../src/runtime/queue.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import { query, testAdmin, testEncryptionKey, urlOf } from './global-setup.ts'
import { ManualClock } from './manual-clock.ts'
import { watchMoves } from './watch-moves.ts'
import { type WrappedPool, wrapPool } from './wrapped-pool.ts'

export interface TestOptions {
  /** Starts the provider sandbox in this process. Without it, the providers' addresses refuse connections. */
  sandbox?: boolean
  /**
   * The company's own money at the provider (IDR). Without it, refunds and payouts wait until payments are
   * settled, as at the real provider. Tests about other matters need it, and tests whose money never went
   * through the sandbox.
   */
  floatIdr?: number
  policy?: Partial<Policy>
  /** Lets the database refuse state changes by laku that no state machine allows (watch-moves.ts). */
  watched?: boolean
  /** Entries of the choreography to replace, to test one domain alone. */
  choreography?: Partial<Choreography>
  /** The jobs that `drain` runs; all jobs by default. */
  jobs?: readonly JobDefinition[]
}

export interface TestLaku extends Laku {
  readonly clock: ManualClock
  readonly sandbox: Sandbox
  /** Records the statements that units of work send, and deadlocks among them. */
  readonly wire: WrappedPool
  /** The database URLs of the owner and, if there is one, of a superuser. */
  readonly ownerUrl: string
  readonly superUrl: string | undefined
  /** Runs a use case as this actor, or as the system. */
  as<T>(actor: Actor, use: (work: Work) => Promise<T>): Promise<T>
  system<T>(use: (work: Work) => Promise<T>): Promise<T>
  /** Runs every waiting job and due sweep until nothing is left. Returns how many jobs it ran. */
  drain(): Promise<number>
}

export const system: Actor = { kind: 'system', name: 'test' }
/**
 * The confirmed second factor of a person whom a test invents. Such a person has no row in the database, and
 * so no factor.
 */
class Confirmed extends ConfirmedFactor {
  override isOf(): boolean {
    return true
  }
}
export const confirmed = new Confirmed('', null)

/** The proof of somebody whom a test makes up: test databases take it for their token (global-setup.ts). */
const madeUp = (id: string, name: string) => new StaffProof(`test ${id} ${name}`)

/**
 * Somebody of the staff whom a test makes up, without a row of theirs. Where they are a second person, they
 * have confirmed it.
 */
export function someone(
  given: Pick<Extract<Actor, { kind: 'staff' }>, 'name' | 'role'> & { id?: string; reason?: string },
): Extract<Actor, { kind: 'staff' }> {
  const id = given.id ?? newId()
  return { kind: 'staff', ...given, id, factor: confirmed, proof: madeUp(id, given.name) }
}

/** The default actor. As a second person, this actor has confirmed with a second factor. */
export const admin: Actor = someone({
  id: testAdmin.id,
  name: testAdmin.name,
  role: 'admin',
  reason: 'a test',
})

const MUCH_IDR = 1_000_000_000_000
const noLimits: Partial<Policy> = {
  aloneDayIdr: MUCH_IDR,
  aloneWeekIdr: MUCH_IDR,
  settlementDayIdr: MUCH_IDR,
  settlementWeekIdr: MUCH_IDR,
  withdrawalDayIdr: MUCH_IDR,
  withdrawalWeekIdr: MUCH_IDR,
  // Most buyers in tests have never paid before, so the times for such buyers are as long as for others.
  holdMinutesNew: 60,
  orderInvoiceHoursNew: 24,
  unpaidOrdersPerDay: 1_000,
}

// Each test file has a database of its own, which serves all tests of the file.
let databases = 0

/**
 * Opens a laku for this test file: a cloned database, a clock that stands still, the real choreography and
 * the real clients.
 */
export async function openTestLaku(options: TestOptions = {}): Promise<TestLaku> {
  const server = inject('server')
  const name = `t${process.pid}_${process.env.VITEST_POOL_ID ?? 0}_${databases++}_${Date.now().toString(36)}`
  await query(
    server.ownerUrl,
    `create database ${name} template ${server.template} strategy file_copy`,
    // A cloned database has PostgreSQL's default rights again, so they are revoked again.
    `revoke temporary on database ${name} from public`,
  )
  const appUrl = urlOf(server.appUrl, name)
  const ownerUrl = urlOf(server.ownerUrl, name)
  const config = testConfig()
  const sandbox = options.sandbox ? await startTestSandbox(config, options.floatIdr) : undefined
  if (options.watched) await watchMoves(ownerUrl)
  const pool = createPool({ url: appUrl, poolSize: 12, applicationName: 'laku test' })
  const db = createKysely(pool)
  // Changes that a test itself makes are not watched; only laku's changes are.
  const watched = options.watched
    ? createPool({ url: watchedUrl(appUrl), poolSize: 12, applicationName: 'laku' })
    : undefined
  const wire = wrapPool(watched ?? pool)
  const clock = new ManualClock()
  const vault = new Vault(config.encryptionKey, config.sealKey)
  // Tests run at any hour, so notices wait for the morning only in tests about that. And one actor does in a
  // minute what staff do in months, so daily limits apply only in tests about them.
  const policy = { ...defaultPolicy, ...noLimits, quietFromHour: 0, quietToHour: 0, ...options.policy }
  const logger = createLogger({ logLevel: 'silent' })
  const queue = new JobQueue(appUrl, () => {})
  const unitOfWork = new UnitOfWork({
    db: watched ? createKysely(watched) : db,
    clock,
    beganAt,
    choreography: async () => ({ ...choreography, ...options.choreography }),
    enqueue: (tx, jobs) => queue.enqueue(tx, jobs),
    records: workRecords,
    policy,
    vault,
  })
  const laku: TestLaku = {
    config: { ...config, policy },
    urls: { app: appUrl, direct: appUrl, owner: ownerUrl, embedded: false },
    policy,
    clock,
    logger,
    pool,
    wire,
    db,
    unitOfWork,
    vault,
    queue,
    providers: createProviders(config),
    get sandbox() {
      if (!sandbox) throw new Error('this test opened laku without { sandbox: true }')
      return sandbox
    },
    ownerUrl,
    superUrl: server.superUrl && urlOf(server.superUrl, name),
    as: (actor, use) => unitOfWork.run(actor, use),
    system: (use) => unitOfWork.run(system, use),
    drain: () => drain(laku, options.jobs ?? everyJob),
    close: async () => {
      await sandbox?.close()
      await queue.close()
      await Promise.all([pool.end(), watched?.end()])
      // A superuser is used if there is one, because only a superuser may end an autovacuum that works in the
      // database.
      await query(server.superUrl ?? server.ownerUrl, `drop database if exists ${name} with (force)`)
    },
  }
  return laku
}

function watchedUrl(url: string): string {
  const changed = new URL(url)
  changed.searchParams.set('options', '-c laku.watch=on')
  return changed.toString()
}

type TestConfig = ReturnType<typeof testConfig>

/**
 * Returns development's configuration, with secrets of its own and with providers' addresses that refuse
 * connections.
 */
function testConfig() {
  const nowhere = 'http://127.0.0.1:9'
  return loadConfig({
    env: {
      LAKU_DATA_DIR: '/nonexistent',
      JWT_SECRET: 'test-jwt-secret-of-thirty-two-chars-or-more',
      LAKU_ENCRYPTION_KEY: testEncryptionKey,
      LAKU_PUBLIC_URL: 'http://laku.test',
      XENDIT_API_URL: nowhere,
      BITESHIP_API_URL: nowhere,
      WHATSAPP_API_URL: nowhere,
      SMS_API_URL: nowhere,
      SMTP_URL: 'smtp://127.0.0.1:9',
    },
  })
}

async function startTestSandbox(config: TestConfig, floatIdr = 0): Promise<Sandbox> {
  const { startSandbox } = await import('../src/sandbox/sandbox.ts')
  const { templates } = await import('../src/providers/whatsapp/templates.ts')
  const sandbox = await startSandbox({
    port: 0,
    smtpPort: 0,
    lakuUrl: 'http://127.0.0.1:9',
    xendit: {
      secretKey: config.xenditSecretKey,
      callbackToken: config.xenditCallbackToken[0] as string,
      floatIdr,
    },
    biteship: {
      apiKey: config.biteshipApiKey,
      webhookHeader: config.biteshipWebhookHeader,
      webhookSecret: config.biteshipWebhookSecret[0] as string,
    },
    whatsapp: {
      token: config.whatsappToken,
      phoneNumberId: config.whatsappPhoneNumberId,
      appSecret: config.whatsappAppSecret[0] as string,
      verifyToken: config.whatsappVerifyToken[0] as string,
      ...(config.whatsappBusinessId !== undefined && { businessId: config.whatsappBusinessId }),
      templates,
    },
    ...(config.fonnteWebhookSecret?.[0] !== undefined && {
      fonnte: { webhookSecret: config.fonnteWebhookSecret[0] },
    }),
    sms: { account: config.smsAccount, token: config.smsToken },
  })
  config.xenditApiUrl = sandbox.xenditUrl
  config.biteshipApiUrl = sandbox.biteshipUrl
  config.whatsappApiUrl = sandbox.whatsappUrl
  config.smsApiUrl = sandbox.smsUrl
  config.smtpUrl = sandbox.smtpUrl
  return sandbox
}

const MAX_ROUNDS = 200

/** Returns the names of the queues that have jobs and of the sweeps that are due, with one statement. */
async function waiting(laku: Laku, jobs: readonly JobDefinition[]): Promise<Set<string>> {
  const now = laku.clock.now()
  const queued = jobs.flatMap(({ name, sweep }) => (sweep ? [] : [name]))
  const due = jobs.flatMap(({ name, sweep }) =>
    sweep ? [sql`select ${name}::text as name where ${sweep.due(now)}`] : [],
  )
  const held = sql`select distinct name from pgboss.job where state < 'active' and name = any(${queued})`
  const { rows } = await sql<{ name: string }>`${sql.join([held, ...due], sql` union all `)}`.execute(laku.db)
  return new Set(rows.map(({ name }) => name))
}

async function isDue({ sweep }: JobDefinition, laku: Laku): Promise<boolean> {
  const { rows } = await sql<{ due: boolean }>`select ${sweep?.due(laku.clock.now())} as due`.execute(laku.db)
  return rows[0]?.due ?? false
}

async function drain(laku: Laku, jobs: readonly JobDefinition[]): Promise<number> {
  const boss = await laku.queue.boss()
  let ran = 0
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = ran
    const names = await waiting(laku, jobs)
    for (const job of jobs.filter(({ name }) => names.has(name))) {
      if (job.sweep) {
        // An earlier job of this round may already have done the work of this job.
        if (ran > before && !(await isDue(job, laku))) continue
        await job.run(laku, [{ id: newId(), data: {} }])
        ran++
        continue
      }
      const batch = await boss.fetch<object>(job.name, { batchSize: job.batchSize })
      if (batch.length === 0) continue
      const failures = (await job.run(laku, batch)) ?? []
      if (failures[0]) throw failures[0].error
      await boss.complete(
        job.name,
        batch.map((job) => job.id),
      )
      ran += batch.length
    }
    if (ran === before) return ran
  }
  throw new Error(`jobs did not come to an end in ${MAX_ROUNDS} rounds: a sweep whose work stays due?`)
}
