import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { tryCode } from '../../domain/auth/index.ts'
import { closeAccount } from '../../domain/composition/privacy/close-account.ts'
import { fromWire, requireCustomer, toWire } from '../../domain/kernel/index.ts'
import {
  listWalletEntries,
  requestWithdrawal,
  walletView,
  withdrawalOffer,
} from '../../domain/wallet/index.ts'
import type { Laku } from '../../runtime/laku.ts'
import { paging } from '../wire-parts.ts'
import { proof } from './auth.ts'

const wallet = z.object({ balance_idr: z.int(), held_idr: z.int() })

const offer = z.object({
  balance_idr: z.int(),
  free_idr: z.int(),
  minimum_idr: z.int(),
  fee_idr: z.int(),
  most_idr: z.int(),
  all_leaves: z.boolean(),
})

const entries = z.object({
  data: z.array(z.object({ id: z.string(), kind: z.string(), amount_idr: z.int(), occurred_at: z.string() })),
  next_cursor: z.string().nullable(),
})

const page = z.strictObject({
  ...paging,
  cursor: z
    .string()
    .regex(/^\d{1,15}$/)
    .optional(),
})

const withdrawal = z.object({
  id: z.uuid(),
  code: z.string(),
  status: z.string(),
  amount_idr: z.int(),
  fee_idr: z.int(),
  closes_account: z.boolean(),
  bank: z.string(),
  account: z.string(),
  due_at: z.string().nullable(),
  created_at: z.string(),
})

const newWithdrawal = z.strictObject({
  amount_idr: z.int().min(1).max(1_000_000_000),
  bank: z.strictObject({
    channel_code: z.string().min(2).max(40),
    account_number: z.string().min(5).max(40),
    account_holder_name: z.string().trim().min(1).max(100),
  }),
  /**
   * Whether to close the account: the whole wallet is withdrawn, without fee and minimum amount. The account
   * is erased once the money has arrived.
   */
  close_account: z.boolean().optional(),
  /**
   * A one-time code that was just requested for a withdrawal. It is needed for the first withdrawal to each
   * bank account.
   */
  otp: z
    .strictObject({ challenge_id: z.uuid(), code: z.string().regex(/^[0-9]{6}$/), proof: proof.optional() })
    .optional(),
})

/** The routes of a customer's own wallet. */
export const walletRoutes =
  (_laku: Laku): FastifyPluginAsyncZod =>
  async (app) => {
    const config = { access: 'customer' } as const

    app.get(
      '/api/wallet',
      { config, schema: { summary: 'The caller’s balance', response: { 200: wallet } } },
      async (request) => {
        const view = await request.read(walletView)
        return toWire(view)
      },
    )

    app.get(
      '/api/wallet/withdrawals/offer',
      {
        config,
        schema: {
          summary: 'The amounts that may be withdrawn from the wallet, and the fee',
          description:
            'Refunded money (free_idr) can be withdrawn without fee and minimum. all_leaves: the balance is below the minimum plus the fee, so only the whole balance can be withdrawn, without both.',
          response: { 200: offer },
        },
      },
      async (request) => toWire(await request.read(withdrawalOffer)),
    )

    app.get(
      '/api/wallet/entries',
      {
        config,
        schema: {
          summary: 'The movements of the caller’s wallet, newest first',
          querystring: page,
          response: { 200: entries },
        },
      },
      async (request) => {
        const found = await request.read((work) => listWalletEntries(work, request.query))
        return toWire(found)
      },
    )

    app.post(
      '/api/wallet/withdrawals',
      {
        config,
        schema: {
          summary: 'Request a withdrawal from the wallet',
          body: newWithdrawal,
          response: { 201: withdrawal },
        },
      },
      async (request, reply) => {
        const { amount_idr: amountIdr, bank, otp, close_account: closes = false } = request.body
        const account = fromWire(bank)
        return await request.change(reply, 201, async (work) => {
          const userId = requireCustomer(work.actor)
          // A wrong one-time code counts as a guess, even if the withdrawal is refused for another reason. A
          // right code is used up only if the withdrawal is made.
          const tried =
            otp &&
            (await tryCode(work, { ...fromWire(otp), userId, purpose: 'withdrawal', ip: request.address }))
          if (tried?.refused) return tried
          const otpVerifiedAt = tried && work.now
          const asked = { amountIdr, bank: account, otpVerifiedAt }
          return closes ? await closeAccount(work, asked) : await requestWithdrawal(work, asked)
        })
      },
    )
  }
