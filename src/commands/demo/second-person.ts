import { loadConfig } from '../../runtime/config.ts'
import type { Shop } from './shop.ts'

/** Takes on a member of staff for finance, for steps that need two people, and returns their token. */
export async function hireFinance(shop: Shop, name: string): Promise<string> {
  const [{ openLaku }, { createStaff, issueStaffToken }] = await Promise.all([
    import('../../runtime/open-laku.ts'),
    import('../../domain/auth/index.ts'),
  ])
  const config = loadConfig({ env: process.env, flags: { dataDir: shop.at.data_dir } })
  const laku = await openLaku(config, { name: 'demo', poolSize: 1, providers: false })
  try {
    return await laku.units.run({ kind: 'system', name: 'demo' }, async (work) => {
      const { id: staffId } = await createStaff(work, { name, role: 'finance' })
      return (await issueStaffToken(work, { staffId, days: 30 })).token
    })
  } finally {
    await laku.close()
  }
}
