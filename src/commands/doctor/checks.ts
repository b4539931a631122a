import { existsSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { endingTokens, endOfToken } from '../../domain/auth/index.ts'
import { bookChecks } from '../../domain/composition/invariants.ts'
import { countHeldByOver, countLate } from '../../domain/group-buying/index.ts'
import { runChecks, secondsAfter } from '../../domain/kernel/index.ts'
import { countAttention, countUnmailed } from '../../domain/ops/index.ts'
import { countUnanswered } from '../../domain/warehouse/index.ts'
import { countLateWebhooks } from '../../domain/webhooks/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { migrationStatus } from '../../runtime/migration-status.ts'
import { DEAD_LETTER_QUEUE } from '../../runtime/queue.ts'
import { accountProfileCheck } from './account-profile.ts'
import { believedProxies } from './believed-proxies.ts'
import { databaseEnvironment, databaseRights } from './database-rights.ts'
import { providerReachability } from './provider-reachability.ts'
import { schemaDrift } from './schema-drift.ts'

export type Severity = 'warning' | 'critical'

/** A fault that a check found, in words, and the command that fixes the fault. */
export interface Finding {
  severity: Severity
  message: string
  command: string
}

export interface DoctorCheck {
  name: string
  examine: (laku: Laku) => Promise<Finding[]>
}

/** Returns the one number that an SQL statement selects. */
async function count(laku: Laku, question: ReturnType<typeof sql<{ count: number }>>): Promise<number> {
  return (await question.execute(laku.db)).rows[0]?.count ?? 0
}

const found = (holds: boolean, severity: Severity, message: string, command: string): Finding[] =>
  holds ? [{ severity, message, command }] : []

const DEEP_QUEUE = 10_000
const OLD_JOB_S = 300
const STUCK_JOB_S = 900
const LATE_S = 300
// The time (s) after which an attention item about money counts as not mailed. The mails go out each minute.
const UNMAILED_S = 900
const SKEW_S = 5
const LEAST_FREE_BYTES = 1024 ** 3

/**
 * The checks of `laku doctor`. Each takes little time, whatever the size of the shop, except the check of the
 * ledger.
 */
export const doctorChecks: readonly DoctorCheck[] = [
  {
    name: 'migrations',
    examine: async ({ pool }) => {
      const { pending } = await migrationStatus(pool)
      return found(
        pending.length > 0,
        'critical',
        `${pending.length} migrations are missing`,
        'laku db migrate',
      )
    },
  },
  schemaDrift,
  databaseEnvironment,
  databaseRights,
  believedProxies,
  {
    name: 'queue depth and oldest job',
    examine: async (laku) => {
      const { rows } = await sql<{ waiting: number; oldestS: number }>`
        select count(*)::int as waiting, coalesce(extract(epoch from now() - min(start_after)), 0)::int as oldest_s
        from pgboss.job
        where name <> ${DEAD_LETTER_QUEUE} and state in ('created', 'retry') and start_after <= now()`.execute(
        laku.db,
      )
      const { waiting = 0, oldestS = 0 } = rows[0] ?? {}
      return [
        ...found(waiting > DEEP_QUEUE, 'warning', `${waiting} jobs wait`, 'laku worker'),
        ...found(
          oldestS > OLD_JOB_S,
          'critical',
          `the oldest job has waited ${oldestS} seconds`,
          'laku worker',
        ),
      ]
    },
  },
  {
    name: 'stuck jobs',
    examine: async (laku) => {
      const stuck = await count(
        laku,
        sql`select count(*)::int as count from pgboss.job
          where state = 'active' and started_on < now() - make_interval(secs => ${STUCK_JOB_S})`,
      )
      return found(
        stuck > 0,
        'warning',
        `${stuck} jobs run for over 15 minutes`,
        'laku jobs list --state active',
      )
    },
  },
  {
    name: 'dead workers',
    examine: async (laku) => {
      const silent = await count(
        laku,
        sql`select count(*)::int as count from pgboss.instance
          where supervise and stopped_on is null
            and heartbeat_on < now() - make_interval(secs => 3 * heartbeat_seconds)
            and heartbeat_on > now() - interval '1 day'`,
      )
      return found(silent > 0, 'warning', `${silent} workers went silent without stopping`, 'laku worker')
    },
  },
  {
    name: 'dead jobs',
    examine: async (laku) => {
      const dead = await count(
        laku,
        sql`select count(*)::int as count from pgboss.job where name = ${DEAD_LETTER_QUEUE} and state = 'created'`,
      )
      return found(dead > 0, 'critical', `${dead} jobs failed for good`, 'laku jobs dead')
    },
  },
  {
    name: 'sessions past due',
    examine: async (laku) => {
      const late = await countLate(laku.db, secondsAfter(laku.clock.now(), -LATE_S))
      return found(late > 0, 'critical', `${late} sessions ended and were not closed`, 'laku worker')
    },
  },
  {
    name: 'escrow in final sessions',
    examine: async (laku) => {
      const held = await countHeldByOver(laku.db)
      return found(
        held > 0,
        'critical',
        `${held} sessions that are over still hold escrow`,
        'laku ledger balances',
      )
    },
  },
  {
    name: 'ledger invariants',
    examine: async ({ db, vault }) => {
      const results = await db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute((tx) => runChecks(bookChecks, tx, vault))
      return results
        .filter((checkResult) => !checkResult.ok)
        .map(({ name, detail }) => ({
          severity: 'critical' as const,
          message: `${name}: ${detail}`,
          command: 'laku ledger verify',
        }))
    },
  },
  {
    name: 'unanswered purchase orders',
    examine: async (laku) => {
      const silent = await countUnanswered(laku.db, secondsAfter(laku.clock.now(), -86_400))
      return found(
        silent > 0,
        'warning',
        `${silent} purchase orders are unanswered for a day`,
        'laku purchase-orders list --status sent',
      )
    },
  },
  {
    name: 'webhook lag',
    examine: async (laku) => {
      const late = await countLateWebhooks(laku.db, secondsAfter(laku.clock.now(), -LATE_S))
      return found(late > 0, 'critical', `${late} deliveries wait for over 5 minutes`, 'laku worker')
    },
  },
  {
    name: 'attention',
    examine: async (laku) => {
      const { db, clock, config } = laku
      const open = await countAttention(db)
      const unmailed = config.attentionMailTo
        ? await countUnmailed(db, secondsAfter(clock.now(), -UNMAILED_S))
        : 0
      return [
        ...found(open > 0, 'warning', `${open} things need a person`, 'laku attention list'),
        ...found(
          unmailed > 0,
          'critical',
          `${unmailed} items about money could not be mailed; look at the mail server and the address`,
          'laku attention list',
        ),
        ...found(
          config.env === 'production' && !config.attentionMailTo,
          'warning',
          'nobody gets the attention items by mail, because ATTENTION_MAIL_TO is not set',
          'laku doctor',
        ),
      ]
    },
  },
  providerReachability,
  accountProfileCheck,
  {
    name: 'clock skew',
    examine: async ({ pool }) => {
      const { rows } = await pool.query<{ at: Date }>('select clock_timestamp() as at')
      const skewS = Math.round(Math.abs((rows[0]?.at.getTime() ?? Date.now()) - Date.now()) / 1000)
      return found(
        skewS > SKEW_S,
        'warning',
        `this machine is ${skewS} seconds off the database`,
        'timedatectl status',
      )
    },
  },
  {
    name: 'disk',
    examine: async ({ config: { dataDir } }) => {
      if (!existsSync(dataDir)) return []
      const { bavail, bsize } = statfsSync(dataDir)
      const free = bavail * bsize
      return found(
        free < LEAST_FREE_BYTES,
        'critical',
        `${Math.round(free / 1024 ** 2)} MB are free`,
        `df -h ${dataDir}`,
      )
    },
  },
  {
    name: "secrets' file modes",
    examine: async ({ config: { dataDir } }) => {
      const path = join(dataDir, 'credentials.json')
      if (!existsSync(path)) return []
      const mode = statSync(path).mode & 0o777
      return found((mode & 0o077) !== 0, 'critical', `other users can read ${path}`, `chmod 600 ${path}`)
    },
  },
  {
    name: 'expiring tokens',
    examine: async ({ db, clock }) => {
      const ending = await endingTokens({ tx: db, now: clock.now() })
      return ending.map(({ name, expiresAt }) => ({
        severity: 'warning' as const,
        message: endOfToken(name, expiresAt),
        command: `laku auth staff renew ${name}`,
      }))
    },
  },
]
