import { z } from 'zod'
import { ProviderFailure } from '../../domain/kernel/provider-failure.ts'
import { verifySmtp } from '../email/smtp.ts'
import type { ProviderHttp } from '../http.ts'
import { type Ear, fieldsIn, type Probe } from './probe.ts'

/** Returns a probe that connects to the mail server and logs in. No mail is sent. */
export function smtpProbe(options: { url: string; timeoutMs: number }): Probe {
  return {
    provider: 'email',
    name: 'mail server',
    ask: async () => {
      await verifySmtp(options)
      return { says: 'it accepts the connection and the login' }
    },
  }
}

/** Returns a probe that reads laku's account at the SMS provider. No message is sent. */
export function smsProbe({ http, ear, account }: { http: ProviderHttp; ear: Ear; account: string }): Probe {
  return {
    provider: 'sms',
    name: 'account',
    ask: async () => {
      const path = `/2010-04-01/Accounts/${encodeURIComponent(account)}.json`
      try {
        await http.call({ operation: 'account', method: 'GET', path }, z.unknown())
      } catch (error) {
        // A local SMS gateway can only send messages, so it answers this request with a plain 404 or 405.
        // This is no fault. Twilio would report a wrong account by an error code of its own.
        if (error instanceof ProviderFailure && /^http_(404|405)$/.test(error.code))
          return {
            says: 'the gateway has no request that reads the account: send one message by hand',
            empty: true,
          }
        throw error
      }
      const { status } = fieldsIn(ear.body)
      if (status === undefined || status === 'active') return { says: 'the credentials are accepted' }
      const says = `the account is ${String(status)}`
      return { says, differences: [{ says, todo: 'repair the account at the provider' }] }
    },
  }
}
