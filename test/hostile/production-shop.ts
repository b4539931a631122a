import { fileURLToPath } from 'node:url'
import { query } from '../global-setup.ts'
import type { TestLaku } from '../laku.ts'
import { productionSettings } from '../production.ts'
import { environmentOf, RunningLaku } from '../running-laku.ts'
import { Child } from './child.ts'
import type { ProviderOrders, ProviderUrls } from './providers.ts'

export const CA = fileURLToPath(new URL('../tls/ca.pem', import.meta.url))

export interface ProductionShop {
  server: RunningLaku
  worker: RunningLaku
  providers: Child<ProviderOrders, ProviderUrls>
  urls: ProviderUrls
}

/**
 * Opens a test's database as a shop in production: with server, worker and providers as processes over https.
 * Behaviour that only development has (pages read anew for each request, open /docs) is absent.
 */
export async function openProductionShop(laku: TestLaku, node: readonly string[]): Promise<ProductionShop> {
  // The environment of a database can be set only once. So the owner changes the test database's environment
  // to production directly.
  await query(
    laku.ownerUrl,
    'alter table database_environment disable trigger database_environment_stays',
    "update database_environment set name = 'production'",
    'alter table database_environment enable trigger database_environment_stays',
  )
  const providers = new Child<ProviderOrders, ProviderUrls>('./providers.ts')
  const urls = await providers.ask({})
  const own = environmentOf(laku)
  const env: NodeJS.ProcessEnv = {
    ...own,
    ...productionSettings,
    LAKU_LOG_LEVEL: 'fatal',
    LAKU_ENCRYPTION_KEY: own.LAKU_ENCRYPTION_KEY,
    JWT_SECRET: own.JWT_SECRET,
    LAKU_TRUSTED_PROXIES: 'loopback',
    LAKU_STAFF_PORT: '0',
    NODE_EXTRA_CA_CERTS: CA,
    XENDIT_API_URL: urls.xenditUrl,
    BITESHIP_API_URL: urls.biteshipUrl,
    WHATSAPP_API_URL: urls.whatsappUrl,
    SMS_API_URL: urls.smsUrl,
    SMTP_URL: urls.smtpUrl,
  }
  const server = await RunningLaku.server(env, node)
  await providers.ask({ lakuUrl: server.url })
  const worker = await RunningLaku.worker(env)
  return { server, worker, providers, urls }
}
