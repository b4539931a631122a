// This file imports one folder of xendit-node, not the whole package, which takes half a second to load.
import { Payout } from 'xendit-node/payout/index.js'
import type { PayoutGateway } from '../../domain/payout/gateway.ts'
import { channelsAnswer, payoutAnswer, payoutsAnswer } from './answers.ts'
import { throughSdk } from './through-sdk.ts'
import { balanceAnswer } from './transaction-answers.ts'
import { type XenditOptions, xenditWire } from './wire.ts'

/**
 * Creates the payout gateway over Xendit's payouts. Xendit's SDK builds the request that creates a payout.
 * laku reads the raw answers, because the SDK's model knows fewer statuses than Xendit's API has.
 */
export function createXenditPayouts(options: XenditOptions): PayoutGateway {
  const { http, account } = xenditWire(options)
  const path = (id: string) => `/v2/payouts/${encodeURIComponent(id)}`
  return {
    async createPayout({ key, destination, amountIdr, description }, lease) {
      const { channelCode, accountNumber, accountHolderName } = destination
      const data = {
        referenceId: key,
        channelCode,
        channelProperties: { accountNumber, accountHolderName },
        amount: amountIdr,
        currency: 'IDR',
        description,
      }
      const create = (sdk: Payout) => sdk.createPayout({ idempotencyKey: key, data })
      const body = await throughSdk(http, 'create_payout', new Payout(account), create, lease)
      return http.read('create_payout', body, payoutAnswer)
    },
    getPayout: (id) => http.call({ operation: 'get_payout', method: 'GET', path: path(id) }, payoutAnswer),
    async findPayouts(key) {
      const query = { reference_id: key }
      const listed = await http.call(
        { operation: 'find_payouts', method: 'GET', path: '/v2/payouts', query },
        payoutsAnswer,
      )
      // If Xendit ignores the filter by our key, the list contains other payouts, which are left out here.
      return listed.filter(({ referenceId }) => referenceId === key || referenceId === null)
    },
    balanceIdr() {
      const query = { account_type: 'CASH', currency: 'IDR' }
      return http.call({ operation: 'get_balance', method: 'GET', path: '/balance', query }, balanceAnswer)
    },
    cancelPayout: (id) =>
      http.call({ operation: 'cancel_payout', method: 'POST', path: `${path(id)}/cancel` }, payoutAnswer),
    channels: () =>
      http.call(
        {
          operation: 'payout_channels',
          method: 'GET',
          path: '/payouts_channels',
          query: { currency: 'IDR' },
        },
        channelsAnswer,
      ),
  }
}
