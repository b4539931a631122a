import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { biteshipErrorIn } from '../../providers/biteship/answers.ts'
import { createBiteshipCourier } from '../../providers/biteship/courier.ts'
import { biteshipProbes } from '../../providers/check/biteship.ts'
import { orderProbe } from '../../providers/check/biteship-order.ts'
import {
  metaDeliveriesProbe,
  payoutEventProbe,
  type ReadDeliveries,
} from '../../providers/check/deliveries.ts'
import { smsProbe, smtpProbe } from '../../providers/check/mail-and-sms.ts'
import { ownWebhookProbes } from '../../providers/check/own-webhooks.ts'
import { Ear, type Probe } from '../../providers/check/probe.ts'
import { fonnteProbes, metaProbes } from '../../providers/check/whatsapp.ts'
import { invoiceProbe, paidInvoicesProbe, smallInvoiceProbe } from '../../providers/check/xendit-invoices.ts'
import {
  balanceProbe,
  channelsProbe,
  payoutProbe,
  refundFormProbe,
} from '../../providers/check/xendit-money.ts'
import { refundRepeatProbe } from '../../providers/check/xendit-refunds.ts'
import { readAgainProbe, transactionsProbe } from '../../providers/check/xendit-transactions.ts'
import { CHECK_REFERENCE } from '../../providers/facts.ts'
import { createProviderHttp, type HeardAnswer } from '../../providers/http.ts'
import { twilioErrorIn } from '../../providers/sms/twilio.ts'
import { fonnteErrorIn } from '../../providers/whatsapp/fonnte.ts'
import { metaErrorIn } from '../../providers/whatsapp/meta.ts'
import { createXenditGateway } from '../../providers/xendit/gateway.ts'
import { createXenditPayouts } from '../../providers/xendit/payouts.ts'
import { xenditWire } from '../../providers/xendit/wire.ts'
import type { Config } from '../../runtime/config.ts'
import { isFonnte } from '../../runtime/create-whatsapp.ts'
import { parcelOrigin } from '../../runtime/parcel-origin.ts'

/** The timeout of one call to a provider (ms). */
const TIMEOUT_MS = 10_000
/** The maximum time for which the check waits until a provider's list contains a new object (ms). */
const LIST_LAG_MS = 10_000

/** Returns the checks of all providers, in the order in which their findings are printed. */
export function probesOf(
  config: Config,
  { record, read }: { record?: Record; read?: ReadDeliveries } = {},
): Probe[] {
  const isMeta = !isFonnte(config.whatsappApiUrl)
  return [
    ...xenditProbes(config, record, read),
    ...couriers(config, record),
    ...whatsapp(config, record),
    smtpProbe({ url: config.smtpUrl, timeoutMs: TIMEOUT_MS }),
    sms(config, record),
    ...ownWebhookProbes({
      publicUrl: config.publicUrl,
      xenditTokens: config.xenditCallbackToken,
      biteshipHeader: config.biteshipWebhookHeader,
      biteshipSecrets: config.biteshipWebhookSecret,
      whatsapp: !isMeta
        ? { kind: 'fonnte', secrets: config.fonnteWebhookSecret }
        : {
            kind: 'meta',
            appSecret: config.whatsappAppSecret[0] as string,
            verifyToken: config.whatsappVerifyToken[0] as string,
          },
      timeoutMs: TIMEOUT_MS,
    }),
    ...(isMeta ? [metaDeliveriesProbe(read)] : []),
  ]
}

type Record = ((answer: HeardAnswer) => void) | undefined

function xenditProbes(
  { xenditApiUrl, xenditSecretKey, publicUrl, policy }: Config,
  record: Record,
  read: ReadDeliveries,
): Probe[] {
  const ear = new Ear(record)
  const options = { url: xenditApiUrl, secretKey: xenditSecretKey, timeoutMs: TIMEOUT_MS, heard: ear.hear }
  const gateway = createXenditGateway(options)
  const payouts = createXenditPayouts(options)
  const { http } = xenditWire(options)
  const key = checkReference()
  const invoices = { gateway, ear, externalId: key, timeoutMs: LIST_LAG_MS }
  const refundByInvoice = async (invoiceId: string) => {
    const json = { invoice_id: invoiceId, reason: 'OTHERS', reference_id: key }
    await http.call({ operation: 'refund_form', method: 'POST', path: '/refunds', json }, z.unknown())
  }
  const unpaid = async () =>
    (await gateway.findInvoices(key)).find((invoice) => invoice.status === 'EXPIRED' && !invoice.paidAt)?.id
  return [
    balanceProbe(gateway, policy.floatIdr, ear),
    invoiceProbe(invoices),
    smallInvoiceProbe(invoices),
    refundFormProbe(refundByInvoice, unpaid, policy.refundForm),
    paidInvoicesProbe(invoices),
    refundRepeatProbe({ gateway, key: `${key}-refund`, form: policy.refundForm }),
    channelsProbe(payouts, ear),
    payoutProbe(payouts, key, ear),
    payoutEventProbe({
      payouts,
      key: `${key}-event`,
      read,
      webhookUrl: `${publicUrl}/api/webhooks/xendit`,
      timeoutMs: LIST_LAG_MS,
    }),
    transactionsProbe(gateway, ear),
    readAgainProbe(gateway),
  ]
}

const checkReference = () => `${CHECK_REFERENCE}${randomBytes(8).toString('hex')}`

function couriers(config: Config, record: Record): Probe[] {
  const { biteshipApiUrl: url, biteshipApiKey, warehousePostalCode } = config
  const ear = new Ear(record)
  const options = { url, apiKey: biteshipApiKey, timeoutMs: TIMEOUT_MS, heard: ear.hear }
  const http = createProviderHttp({
    ...options,
    provider: 'biteship',
    headers: { authorization: biteshipApiKey },
    errorIn: biteshipErrorIn,
  })
  const courier = createBiteshipCourier(options)
  return [
    ...biteshipProbes({ courier, http, ear, originPostalCode: warehousePostalCode }),
    orderProbe({ courier, ear, origin: parcelOrigin(config), referenceId: checkReference() }),
  ]
}

function whatsapp(config: Config, record: Record): Probe[] {
  const { whatsappApiUrl: url, whatsappToken: token } = config
  const ear = new Ear(record)
  const wire = { url, timeoutMs: TIMEOUT_MS, heard: ear.hear }
  if (isFonnte(url)) {
    const headers = { authorization: token }
    const http = createProviderHttp({ ...wire, provider: 'fonnte', headers, errorIn: fonnteErrorIn })
    return fonnteProbes({ http, ear })
  }
  const headers = { authorization: `Bearer ${token}` }
  const http = createProviderHttp({ ...wire, provider: 'whatsapp', headers, errorIn: metaErrorIn })
  const { whatsappPhoneNumberId: phoneNumberId, whatsappBusinessId: businessId } = config
  return metaProbes({ http, ear, phoneNumberId, businessId })
}

function sms({ smsApiUrl: url, smsAccount: account, smsToken }: Config, record: Record): Probe {
  const ear = new Ear(record)
  const login = Buffer.from(`${account}:${smsToken}`).toString('base64')
  const http = createProviderHttp({
    url,
    timeoutMs: TIMEOUT_MS,
    heard: ear.hear,
    provider: 'sms',
    headers: { authorization: `Basic ${login}` },
    errorIn: twilioErrorIn,
  })
  return smsProbe({ http, ear, account })
}
