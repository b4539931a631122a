import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { defineTask } from '../cli/define/command.ts'
import type { Template } from '../providers/whatsapp/templates.ts'
import { type Config, sandboxSmtpPort } from '../runtime/config.ts'
import { systemCode } from '../runtime/data-folder.ts'
import { createLogger } from '../runtime/logger.ts'
import { StartError } from '../runtime/start-error.ts'
import { announce, processShutdown, untilStopped } from './process.ts'

/**
 * Refuses production: the sandbox takes the providers' place, so it must never run where real money is.
 * Throws StartError 2.
 */
export function refuseProduction(config: Config, what: string): void {
  if (config.env !== 'production') return
  throw new StartError(2, `LAKU_ENV is production: ${what} is for development only`)
}

export const sandbox = defineTask({
  name: 'sandbox',
  description:
    'Serve the HTTP and mail interfaces of the providers on this machine, with a control API. Development only.',
  options: [
    {
      flags: '--sandbox-port <port>',
      description: 'the port to listen on; mail uses the next port (LAKU_SANDBOX_PORT)',
    },
    {
      flags: '--tls-cert <file>',
      description: 'use HTTPS and SMTPS with this certificate (PEM), as a shop in production needs it',
    },
    { flags: '--tls-key <file>', description: 'the key of the certificate (PEM)' },
  ],
  input: z.object({
    sandboxPort: z.string().optional(),
    tlsCert: z.string().optional(),
    tlsKey: z.string().optional(),
  }),
  run: async (context, flags) => {
    const config = context.config(flags)
    refuseProduction(config, 'the provider sandbox')
    const { startSandbox } = await import('../sandbox/sandbox.ts')
    const { templates } = await import('../providers/whatsapp/templates.ts')
    const options = { ...optionsOf(config, templates), ...tlsOf(flags) }
    const running = await startSandbox(options).catch((error: unknown) => {
      if (systemCode(error) !== 'EADDRINUSE') throw error
      const ports = `${config.sandboxPort} or ${sandboxSmtpPort(config)}`
      throw new StartError(
        2,
        `port ${ports} on 127.0.0.1 is taken: stop what listens there, or choose another with LAKU_SANDBOX_PORT or --sandbox-port`,
      )
    })
    const shutdown = processShutdown(createLogger({ logLevel: config.logLevel, name: 'sandbox' }))
    shutdown.onShutdown('sandbox', () => running.close())
    announce({ ready: 'sandbox', url: running.url })
    context.output.result({ sandbox: running.url }, `The sandbox is at ${running.url}`)
    return await untilStopped()
  },
})

/**
 * Reads the TLS certificate and its key, which must be given together. Throws StartError 2 if one of them is
 * missing or cannot be read.
 */
function tlsOf({ tlsCert, tlsKey }: { tlsCert?: string | undefined; tlsKey?: string | undefined }) {
  if (tlsCert === undefined && tlsKey === undefined) return {}
  if (tlsCert === undefined || tlsKey === undefined)
    throw new StartError(2, 'give --tls-cert and --tls-key together')
  return { tls: { cert: readPem(tlsCert), key: readPem(tlsKey) } }
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new StartError(2, `${file} cannot be read: ${systemCode(error) ?? String(error)}`)
  }
}

/**
 * Returns the options of the sandbox. While a webhook secret is being rotated, its setting holds a list of
 * secrets. The sandbox then uses the first of them.
 */
function optionsOf(config: Config, templates: readonly Template[]) {
  return {
    port: config.sandboxPort,
    smtpPort: sandboxSmtpPort(config),
    lakuUrl: `http://127.0.0.1:${config.port}`,
    xendit: { secretKey: config.xenditSecretKey, callbackToken: firstOf(config.xenditCallbackToken) },
    biteship: {
      apiKey: config.biteshipApiKey,
      webhookHeader: config.biteshipWebhookHeader,
      webhookSecret: firstOf(config.biteshipWebhookSecret),
    },
    whatsapp: {
      token: config.whatsappToken,
      phoneNumberId: config.whatsappPhoneNumberId,
      appSecret: firstOf(config.whatsappAppSecret),
      verifyToken: firstOf(config.whatsappVerifyToken),
      ...(config.whatsappBusinessId !== undefined && { businessId: config.whatsappBusinessId }),
      templates,
    },
    ...(config.fonnteWebhookSecret?.[0] !== undefined && {
      fonnte: { webhookSecret: config.fonnteWebhookSecret[0] },
    }),
    sms: { account: config.smsAccount, token: config.smsToken },
  }
}

function firstOf(secrets: readonly string[]): string {
  const [first] = secrets
  if (first === undefined) throw new Error('a secret without a value passed the configuration')
  return first
}
