import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Clock, DB, Policy, UnitOfWork, Vault } from '../domain/kernel/index.ts'
import type { Config } from './config.ts'
import type { DatabaseUrls } from './connect.ts'
import type { Providers } from './providers.ts'
import type { JobQueue } from './queue.ts'

/**
 * An open instance of laku, with which the three front ends work. `openLaku`, the composition root, makes it.
 */
export interface Laku {
  readonly config: Config
  readonly urls: DatabaseUrls
  readonly policy: Policy
  readonly clock: Clock
  readonly logger: Logger
  readonly pool: pg.Pool
  readonly db: Kysely<DB>
  readonly unitOfWork: UnitOfWork
  readonly vault: Vault
  readonly queue: JobQueue
  readonly providers: Providers
  close(): Promise<void>
}
