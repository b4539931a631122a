import { withoutSettings } from '../../runtime/config/without-settings.ts'
import { loadConfig } from '../../runtime/config.ts'
import { databaseUrls } from '../../runtime/connect.ts'
import { letIn } from '../../runtime/environment/let-in.ts'
import type { Shop } from './shop.ts'

/**
 * Takes on a member of staff for finance, for steps that need two people, and returns their token. The shop's owner lets a second
 * administrator in, who lets them in: whom the first one let in would be in the same hands.
 */
export async function hireFinance(shop: Shop, name: string): Promise<string> {
  const config = loadConfig({ env: withoutSettings(process.env), flags: { dataDir: shop.at.data_dir } })
  const { owner } = await databaseUrls(config)
  const token = await letIn(owner, `admin-of-${name}`)
  if (!token) throw new Error(`admin-of-${name} is there already`)
  const hired = await shop.lakuAs<{ token: string }>(token, 'auth', 'staff', 'add', name, '--role', 'finance')
  return hired.token
}
