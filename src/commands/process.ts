import type { Config } from '../runtime/config.ts'
import { shownUrl } from '../runtime/connect.ts'
import type { Laku } from '../runtime/laku.ts'
import type { Logger } from '../runtime/logger.ts'
import { Shutdown } from '../runtime/shutdown.ts'
import { StartError } from '../runtime/start-error.ts'

/** The message that a process of `laku up` sends to the process that started it. */
export interface Ready {
  ready: string
  url?: string
}

/**
 * Returns the object that shuts this process down. The shutdown also begins when the parent process (`laku
 * up`) ends, so that no server outlives its `laku up`.
 */
export function processShutdown(logger: Logger): Shutdown {
  const shutdown = new Shutdown({ logger })
  process.once('disconnect', () => shutdown.begin())
  return shutdown
}

/**
 * Opens laku for a server or a worker. Such a process must not hold the password of the database's owner.
 * With this password, an intruder in the process could remove the database's guards. Throws StartError 2.
 */
export async function openProcess(config: Config, name: 'server' | 'worker'): Promise<Laku> {
  if (config.databaseOwnerUrl !== undefined) {
    throw new StartError(
      2,
      `DATABASE_OWNER_URL is given to the ${name}: the owner's password is only for laku db migrate. Keep it in a separate file (deploy/owner.env.example)`,
    )
  }
  const { openLaku } = await import('../runtime/open-laku.ts')
  const laku = await openLaku(config, { name })
  try {
    await loadLateCode(name)
    if (config.env === 'production') await requireNotOwner(laku)
    await noteWritingKeys(laku, name)
  } catch (error) {
    await laku.close()
    throw error
  }
  for (const warning of config.warnings) laku.logger.warn(warning)
  return laku
}

/**
 * Loads the code that other processes load only when they need it. A server or a worker runs for days, and
 * another version of laku may be installed over its files meanwhile: code of both versions must not mix in
 * one process (docs/adr/0147).
 */
async function loadLateCode(name: 'server' | 'worker'): Promise<void> {
  await Promise.all([import('../domain/composition/choreography.ts'), import('pg-boss')])
  // Only the worker makes the PDFs of statements. The library loads each font when the font is first used.
  if (name === 'server') return
  const { default: PDFDocument } = await import('pdfkit')
  new PDFDocument({ autoFirstPage: false }).font('Helvetica').font('Helvetica-Bold')
}

async function requireNotOwner({ pool, urls }: Laku): Promise<void> {
  const { ownsTables } = await import('../runtime/environment/require-owner.ts')
  if (!(await ownsTables(pool))) return
  throw new StartError(
    2,
    `${shownUrl(urls.app)} logs in as the owner of the tables, to whom the database's guards do not apply: give DATABASE_URL a role that owns nothing (docs/running.md)`,
  )
}

/**
 * Adds to the audit log with which keys this process writes, if they are not those of the last one. The owner
 * of the database then sees a rotation, and a list of keys that was set back. A process whose database takes
 * no writes starts all the same.
 * @internal
 */
export async function noteWritingKeys(
  { db, pool, vault, unitOfWork, logger }: Laku,
  name: string,
): Promise<void> {
  const { readEnvironment } = await import('../runtime/environment/read-environment.ts')
  const { writingKeyEntries } = await import('../domain/composition/sealing/writing-keys.ts')
  const known = await readEnvironment(pool)
  const entries = await db
    .transaction()
    .setAccessMode('read only')
    .execute((tx) => writingKeyEntries(tx, vault, known?.keys ?? []))
  if (entries.length === 0) return
  try {
    await unitOfWork.run({ kind: 'system', name }, async (work) => entries.map((entry) => work.audit(entry)))
  } catch (error) {
    logger.warn({ err: error }, 'the keys with which this process writes were not noted')
  }
}

/** Reports that this process is ready to the process that started it, if there is one. */
export function announce(ready: Ready): void {
  process.send?.(ready)
}

/** Waits for ever: the shutdown ends the process. */
export function untilStopped(): Promise<never> {
  return new Promise(() => {})
}
