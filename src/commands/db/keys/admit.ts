import { z } from 'zod'
import { databaseUrlsOfOwner, requireDatabase } from '../../../runtime/connect.ts'
import { createPool } from '../../../runtime/database.ts'
import { usageError } from '../../cli-error.ts'
import { defineTask } from '../../define-command.ts'

export const admit = defineTask({
  name: 'admit',
  description:
    'Let the keys of LAKU_ENCRYPTION_KEY and LAKU_SEAL_KEY belong to the database, as its owner: the first step of a rotation, with the old one behind the new.',
  input: z.object({}),
  examples: ['laku db keys admit'],
  run: async (context) => {
    const config = context.ownerConfig()
    if (!config.encryptionKey) throw usageError('LAKU_ENCRYPTION_KEY is not given: there is no key to admit')
    const urls = await databaseUrlsOfOwner(config)
    const pool = createPool({ url: urls.owner, poolSize: 1, applicationName: 'laku db keys' })
    try {
      await requireDatabase(pool, urls.owner)
      const { requireOwner } = await import('../../../runtime/environment/require-owner.ts')
      const { readEnvironment } = await import('../../../runtime/environment/read-environment.ts')
      const { requireSameEnvironment } = await import('../../../runtime/environment/require-fit.ts')
      const { admitKeys } = await import('../../../runtime/environment/stamp.ts')
      await requireOwner(pool, urls.owner)
      const known = await readEnvironment(pool)
      requireSameEnvironment(known, { env: config.env, url: urls.owner, embedded: urls.embedded })
      const admitted = await admitKeys(pool, config)
      const said = admitted.map(({ purpose, id }) => `${id} (${purpose})`).join(', ')
      return {
        json: { admitted },
        text: said
          ? `Admitted: ${said}. Restart workers and servers with the same list, then run laku db keys list.`
          : 'All of these keys belong to the database already.',
      }
    } finally {
      await pool.end()
    }
  },
})
