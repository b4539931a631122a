import { sql } from 'kysely'
import { factoriesOfAccount } from '../../factory/index.ts'
import { endRefundedPlace } from '../../group-buying/index.ts'
import {
  DomainError,
  databaseDoubt,
  inSql,
  kernelErrors,
  originOf,
  type Rupiah,
  readInstallationId,
  recordDatabaseIdentity,
  reportDatabaseInDoubt,
  requireReason,
  requireStaff,
  type Work,
} from '../../kernel/index.ts'
import { countLost, endAttention } from '../../ops/index.ts'
import { cancelRefunded } from '../../order/index.ts'
import {
  type BookContext,
  disposeSuspenseByFact,
  expectLostInvoices,
  intendBookReading,
  readProviderBook,
  resolveKeptLines,
} from '../../payment/index.ts'
import {
  doubtBankFiles,
  followOpenPayouts,
  type GatewayPayout,
  mayHaveLeft,
  type PayoutGateway,
} from '../../payout/index.ts'
import { adoptSettlement, holdSettlement, releaseSettlement, voidSettlement } from '../../settlement/index.ts'
import { nameReceiver, waitingSuspenseStates } from '../../suspense/index.ts'
import {
  adoptWithdrawal,
  rejectWithdrawal,
  unsentWithdrawalStates,
  usersOfAccount,
  walletErrors,
} from '../../wallet/index.ts'

export interface AdoptContext extends BookContext {
  payouts: PayoutGateway
  /** The address at which this process reaches the database: server, port and name. */
  place: string
}

export interface Adoption {
  /** The number of lines of the provider's transaction list that were read. */
  transactions: number
  /**
   * The number of payments, refunds and payouts that differed in this database and are now as the provider
   * has them.
   */
  followed: number
  /** The payouts that the restored database lacked. Each is now posted to the factory or user who got it. */
  adopted: { reference: string; to: 'factory' | 'user'; id: string; amountIdr: Rupiah }[]
  /** The refunds that the restored database lacked. Each is now posted to its payment. */
  refunds: { code: string; payment: string | null; amountIdr: Rupiah }[]
  /**
   * The payouts because of which laku may not move money yet. Some have no receiver in this database, so a
   * person must decide about them. The others have not ended at the provider yet.
   */
  open: { code: string; amountIdr: Rupiah; command: string }[]
  /** True if laku may move money again. */
  done: boolean
}

/**
 * Takes over the payments, refunds and payouts that the provider knows and a restored database lacks. It
 * reads the provider's transaction list to its end. For each difference it asks the provider, and posts the
 * answer to the ledger.
 *
 * A payout that this database does not know is posted to the factory or buyer who owns its bank account.
 * Whatever cannot be matched waits for a person, and no money moves until then. A second run continues.
 * @throws kernel.database_known, reason_required, forbidden; ProviderFailure where the provider does not
 * answer
 */
export async function adoptProvider(
  context: AdoptContext,
  onProgress: (transactions: number) => void = () => {},
): Promise<Adoption> {
  const { unitOfWork, actor, place } = context
  await unitOfWork.run(actor, requireDoubt)
  let transactions = 0
  for (let complete = false; !complete; ) {
    const read = await readProviderBook(context)
    transactions += read.transactions
    complete = read.complete
    onProgress(transactions)
  }
  // The state of open payouts is read from the provider first, because some may have failed after the backup.
  // If a payout failed, its settlement becomes unpaid again, or its money returns to the wallet. Only after
  // that can laku post the payout that replaced it.
  await followOpenPayouts(context)
  const own: Adoption['adopted'] = []
  const { followed, refunds, waiting } = await resolveKeptLines(context, {
    payout: async (work, answer) => {
      const to = await adoptPayoutOfOurs(work, answer)
      if (to) own.push({ reference: answer.referenceId ?? answer.id, ...to, amountIdr: answer.amountIdr })
      return to !== undefined
    },
    refunding: async (work, paymentId) => {
      await cancelRefunded(work, paymentId)
      await endRefundedPlace(work, paymentId)
    },
  })
  const adopted = [...own, ...(await adoptPayouts(context))]
  return await unitOfWork.run(actor, async (work) => {
    const inSuspense = await openPayouts(work)
    const open = [
      ...inSuspense.map(({ code, amountIdr }) => ({
        code,
        amountIdr,
        command: `laku suspense show ${code}`,
      })),
      ...waiting.map(({ reference: code, amountIdr }) => ({
        code,
        amountIdr,
        command: 'laku payments adopt',
      })),
    ]
    const done = open.length === 0
    const counts = { adopted: adopted.length, refunds: refunds.length }
    await expectLostInvoices(work)
    if (done) {
      await goOn(work, place, { transactions, followed, ...counts })
      await doubtBankFiles(work)
    }
    return {
      transactions,
      followed,
      adopted,
      refunds: refunds.map(({ code, paymentCode: payment, amountIdr }) => ({ code, payment, amountIdr })),
      open,
      done,
    }
  })
}

/**
 * Checks whether this database lacks anything that the provider knows. This is needed after a standby
 * database took over at the same address. If nothing is missing, laku moves money again. Otherwise staff must
 * run `laku payments adopt`. Returns true if money moves again.
 */
export async function recogniseDatabase(context: AdoptContext): Promise<boolean> {
  const { unitOfWork, actor, place } = context
  const doubt = await unitOfWork.run(actor, ({ tx }) => databaseDoubt(tx))
  if (!doubt) return true
  const isHere = doubt.place === place && !doubt.isRestored
  if (isHere && (await nothingIsMissing(context))) {
    await unitOfWork.run(actor, (work) => goOn(work, place, { why: doubt.why }))
    return true
  }
  await unitOfWork.run(actor, async (work) => reportDatabaseInDoubt(work, doubt.why))
  return false
}

/**
 * Records that staff begin to take over the provider's transactions. Returns the time from which the
 * provider's transaction list is read.
 * @throws kernel.database_known, reason_required, forbidden
 */
export async function intendAdoption(work: Work): Promise<{ since: Date | null }> {
  await requireDoubt(work)
  return { since: await intendBookReading(work) }
}

async function requireDoubt(work: Work): Promise<void> {
  requireStaff(work.actor, 'finance')
  requireReason(work)
  if (!(await databaseDoubt(work.tx))) throw kernelErrors.database_known()
}

async function nothingIsMissing(context: AdoptContext): Promise<boolean> {
  const { unitOfWork, actor } = context
  const read = await readProviderBook(context)
  if (!read.complete || read.suspended > 0) return false
  const { rows } = await unitOfWork.run(
    actor,
    async ({ tx }) =>
      await sql<{ some: boolean }>`select exists (select from provider_lines) as some`.execute(tx),
  )
  return rows[0]?.some === false
}

async function goOn(work: Work, place: string, after: object): Promise<void> {
  await recordDatabaseIdentity(work, place)
  await endAttention(work, 'database_in_doubt', 'identity', 'what the provider knows was taken over')
  work.audit({ command: 'payments adopt', subject: ['database', 'identity'], after })
}

interface OpenPayout {
  id: string
  code: string
  providerId: string
  amountIdr: Rupiah
  userId: string | null
  factoryId: string | null
}

/**
 * Returns the items of suspense (money without a known purpose) for payouts that this database does not know.
 */
async function openPayouts({ tx }: Work): Promise<OpenPayout[]> {
  const { rows } = await sql<OpenPayout>`
    select id, code, provider_id, amount_idr, user_id, factory_id from suspense_items
    where status in ${inSql(waitingSuspenseStates)} and kind = 'payout' and subject_id is null and amount_idr > 0
    order by created_at, id`.execute(tx)
  const installation = await readInstallationId(tx)
  return rows.filter(({ code }) => originOf(code, installation) !== 'foreign')
}

/**
 * Voids the unpaid settlement, or rejects the unpaid withdrawal, with this code. After that, the payout that
 * the provider really made can be posted.
 */
async function standDown(work: Work, reference: string): Promise<void> {
  const code = codeIn(reference)
  if (!code) return
  const { rows } = await sql<{ kind: 'settlement' | 'withdrawal'; status: string }>`
    select 'settlement' as kind, status from settlements where code = ${code}
    union all select 'withdrawal', status from withdrawals where code = ${code}`.execute(work.tx)
  const [found] = rows
  if (found?.kind === 'withdrawal' && unsentWithdrawalStates.some((state) => state === found.status))
    await rejectWithdrawal(work, { withdrawal: code })
  if (found?.kind !== 'settlement') return
  const input = { settlement: code, reason: 'the provider paid it before the restore' }
  if (found.status === 'approved') await holdSettlement(work, input)
  if (['approved', 'on_hold'].includes(found.status)) await releaseSettlement(work, input)
  if (['approved', 'on_hold', 'calculated'].includes(found.status)) await voidSettlement(work, input)
}

/**
 * Posts a payout of this installation of laku to the ledger, either as a withdrawal or as a settlement.
 * Returns undefined if the payout matches neither.
 */
async function adoptPayoutOfOurs(
  work: Work,
  answer: GatewayPayout,
): Promise<{ to: 'factory' | 'user'; id: string } | undefined> {
  const { referenceId, destination } = answer
  const code = codeIn(referenceId)
  if (!code || !referenceId || !isOurs(referenceId, await readInstallationId(work.tx))) return undefined
  const { rows } = await sql`
    select from payouts where key = ${referenceId} or provider_payout_id = ${answer.id}`.execute(work.tx)
  if (rows.length > 0 || !mayHaveLeft(answer)) return undefined
  if (code.startsWith('WDR')) {
    const id = await adoptWithdrawal(work, { code, answer })
    return id === undefined ? undefined : { to: 'user', id }
  }
  const [id, ...others] = destination ? await factoriesOfAccount(work.tx, work.vault, destination) : []
  if (!destination || !id || others.length > 0) return undefined
  const account = { accountHolderName: code, ...destination }
  return (await adoptSettlement(work, { code, destination: account, answer }))
    ? { to: 'factory', id }
    : undefined
}

/**
 * Returns whether this installation of laku made the reference of a payout. A reference without the mark of
 * an installation also counts, because earlier versions of laku added no mark.
 */
const isOurs = (reference: string, installation: string) =>
  ['ours', 'unmarked'].includes(originOf(reference, installation))

const codeIn = (reference: string | null) => /(?:STL|WDR)-\d{6}-[0-9A-Z]+/.exec(reference ?? '')?.[0]

/**
 * Posts the payouts that the provider made and this database lacked. Each is posted if its bank account has
 * exactly one owner here: a settlement's payout to the factory, a withdrawal's payout to the user's wallet.
 * If the wallet holds less than the withdrawal, the payout stays in suspense (money without a known purpose),
 * for a person. Its suspense item then names the user, because a decision about the money counts in the limit
 * of its receiver. The other payouts are posted all the same.
 */
async function adoptPayouts({
  unitOfWork,
  actor,
  gateway,
  payouts,
}: AdoptContext): Promise<Adoption['adopted']> {
  const adopted: Adoption['adopted'] = []
  for (const item of await unitOfWork.run(actor, openPayouts)) {
    const { productId, referenceId } = await gateway.getTransaction(item.providerId)
    if (!productId) continue
    const { destination } = await payouts.getPayout(productId)
    if (!destination) continue
    const owner = await unitOfWork.run(actor, (work) => ownerOf(work, item, destination))
    if (!owner) continue
    try {
      await unitOfWork.run(actor, (work) => adoptByAccount(work, item, productId, owner))
      adopted.push({ reference: referenceId ?? item.code, ...owner, amountIdr: item.amountIdr })
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== WALLET_TOO_SMALL) throw error
      await unitOfWork.run(actor, (work) => nameReceiver(work, item.id, { userId: owner.id }))
    }
  }
  return adopted
}

const WALLET_TOO_SMALL = walletErrors.insufficient_balance().code

interface Owner {
  to: 'factory' | 'user'
  id: string
}

/**
 * Returns the owner of the bank account that received a payout. Returns undefined if the bank account has no
 * owner in this database, or several, or if the suspense item names somebody else.
 */
async function ownerOf(
  work: Work,
  { code, userId, factoryId }: OpenPayout,
  destination: Required<GatewayPayout>['destination'],
): Promise<Owner | undefined> {
  const to = code.includes('WDR-') ? 'user' : 'factory'
  const [id, ...others] =
    to === 'user'
      ? await usersOfAccount(work, destination)
      : await factoriesOfAccount(work.tx, work.vault, destination)
  if (!id || others.length > 0 || (userId ?? factoryId ?? id) !== id) return undefined
  return { to, id }
}

/**
 * Posts one payout that this database lacked to the owner of its bank account.
 * @throws wallet.insufficient_balance
 */
async function adoptByAccount(work: Work, item: OpenPayout, productId: string, { to, id }: Owner) {
  await endAttention(work, 'payout_unexpected', productId, 'it was booked to who owns its account')
  await standDown(work, item.code)
  await disposeSuspenseByFact(
    work,
    item.id,
    to === 'user' ? { to: 'wallet', userId: id } : { to: 'offset', factoryId: id },
  )
  await countLost(work, {
    kind: to === 'user' ? 'withdrawal' : 'settlement',
    subject: ['suspense', item.id],
    receiver: `${to}:${id}`,
    amountIdr: item.amountIdr,
  })
}
