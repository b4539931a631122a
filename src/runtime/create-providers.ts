import { createBiteshipCourier } from '../providers/biteship/courier.ts'
import { createSmtpMailer } from '../providers/email/smtp.ts'
import type { CallLimiter } from '../providers/http.ts'
import { createWebPush } from '../providers/push/web-push.ts'
import { createTwilioSender } from '../providers/sms/twilio.ts'
import { createXenditGateway } from '../providers/xendit/gateway.ts'
import { prefixReferences } from '../providers/xendit/mark-references.ts'
import { createXenditPayouts } from '../providers/xendit/payouts.ts'
import type { Config } from './config.ts'
import { createWhatsApp } from './create-whatsapp.ts'
import type { Providers } from './providers.ts'

/**
 * Creates the provider clients for the configured addresses: the real providers in production, the sandbox
 * in development. If an installation's id is given, objects created at Xendit carry it.
 */
export function createProviders(
  config: Config,
  { limiter, installation }: { limiter?: CallLimiter; installation?: () => Promise<string> } = {},
): Providers {
  const xendit = {
    url: config.xenditApiUrl,
    secretKey: config.xenditSecretKey,
    ...(limiter && { limiter }),
  }
  const gateway = createXenditGateway(xendit)
  return {
    gateway: installation ? prefixReferences(gateway, installation) : gateway,
    payouts: createXenditPayouts(xendit),
    courier: createBiteshipCourier({ url: config.biteshipApiUrl, apiKey: config.biteshipApiKey }),
    whatsapp: createWhatsApp(config),
    push: createWebPush({
      publicKey: config.vapidPublicKey,
      privateKey: config.vapidPrivateKey,
      subject: config.publicUrl,
    }),
    mailer: createSmtpMailer({
      url: config.smtpUrl,
      from: config.mailFrom,
      needsTls: config.env === 'production' && !isOnThisMachine(config.smtpUrl),
    }),
    sms: createTwilioSender({
      url: config.smsApiUrl,
      account: config.smsAccount,
      token: config.smsToken,
      from: 'LAKU',
    }),
  }
}

/**
 * Returns true if the mail server is on this machine. Then others cannot read the mails on their way to the
 * server.
 */
const isOnThisMachine = (url: string) =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname)
