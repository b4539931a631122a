import { connect } from 'node:net'
import type { DoctorCheck, Finding } from './checks.ts'

const TIMEOUT_MS = 3_000

/** The check whether each provider accepts a connection; it sends no request and no key. */
export const providerReachability: DoctorCheck = {
  name: 'provider reachability',
  examine: async ({ config }) => {
    const { xenditApiUrl, biteshipApiUrl, whatsappApiUrl, smsApiUrl, smtpUrl } = config
    const addresses: [name: string, url: string | undefined][] = [
      ['xendit', xenditApiUrl],
      ['biteship', biteshipApiUrl],
      ['whatsapp', whatsappApiUrl],
      ['sms', smsApiUrl],
      ['email', smtpUrl],
    ]
    const findings = await Promise.all(
      addresses.map(async ([name, url]): Promise<Finding[]> => {
        const why = url === undefined ? undefined : await unreachable(new URL(url))
        if (why === undefined) return []
        const severity = config.env === 'production' ? 'critical' : 'warning'
        // The finding suggests pausing the provider: work that waits for a paused provider does not fail, and
        // goes on when the provider is resumed.
        return [
          { severity, message: `${name} does not answer: ${why}`, command: `laku switches pause ${name}` },
        ]
      }),
    )
    return findings.flat()
  },
}

/** Returns why no connection to the address is possible; undefined if a connection is possible. */
async function unreachable({ hostname, port, protocol }: URL): Promise<string | undefined> {
  const usual = { 'https:': 443, 'http:': 80, 'smtps:': 465, 'smtp:': 587 }[protocol] ?? 443
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || usual })
  return await new Promise<string | undefined>((resolve) => {
    socket.setTimeout(TIMEOUT_MS, () => resolve(`no connection in ${TIMEOUT_MS / 1000} seconds`))
    socket.once('connect', () => resolve(undefined))
    socket.once('error', (error) => resolve(error.message || String(error)))
  }).finally(() => socket.destroy())
}
