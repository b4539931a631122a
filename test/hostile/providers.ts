import { readFileSync } from 'node:fs'
import { templates } from '../../src/providers/whatsapp/templates.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts'
import { productionSettings as known } from '../production.ts'
import { answerOrders } from './child.ts'

/** The address to which the providers send their webhooks, once it is known. */
export interface ProviderOrders {
  lakuUrl?: string
}

export type ProviderUrls = Pick<
  Sandbox,
  'url' | 'smtpUrl' | 'xenditUrl' | 'biteshipUrl' | 'whatsappUrl' | 'smsUrl'
>

const pem = (name: string) => readFileSync(new URL(`../tls/${name}.pem`, import.meta.url), 'utf8')

/** Runs the providers in a process of its own, over https, as production requires. */
let sandbox: Sandbox | undefined
answerOrders<ProviderOrders, ProviderUrls>(async ({ lakuUrl }) => {
  sandbox ??= await startSandbox({
    port: 0,
    lakuUrl: 'http://127.0.0.1:9',
    tls: { cert: pem('cert'), key: pem('key') },
    xendit: { secretKey: known.XENDIT_SECRET_KEY, callbackToken: known.XENDIT_CALLBACK_TOKEN },
    biteship: {
      apiKey: known.BITESHIP_API_KEY,
      webhookHeader: known.BITESHIP_WEBHOOK_HEADER,
      webhookSecret: known.BITESHIP_WEBHOOK_SECRET,
    },
    whatsapp: {
      token: known.WHATSAPP_TOKEN,
      phoneNumberId: known.WHATSAPP_PHONE_NUMBER_ID,
      appSecret: known.WHATSAPP_APP_SECRET,
      verifyToken: known.WHATSAPP_VERIFY_TOKEN,
      templates,
    },
    sms: { account: known.SMS_ACCOUNT, token: known.SMS_TOKEN },
  })
  if (lakuUrl !== undefined) sandbox.setLakuUrl(lakuUrl)
  const { url, smtpUrl, xenditUrl, biteshipUrl, whatsappUrl, smsUrl } = sandbox
  return { url, smtpUrl, xenditUrl, biteshipUrl, whatsappUrl, smsUrl }
})
