import { z } from 'zod'
import { defineTask } from '../../../cli/define/command.ts'
import { usageError } from '../../../cli/errors/cli-error.ts'

export const admit = defineTask({
  name: 'admit',
  description:
    'Admit the keys of LAKU_ENCRYPTION_KEY and LAKU_SEAL_KEY to the database, as its owner. This is the first step of a key rotation: put the new key first and the old one after it.',
  input: z.object({}),
  examples: ['laku db keys admit'],
  run: async (context) => {
    const config = context.ownerConfig()
    if (!config.encryptionKey)
      throw usageError('LAKU_ENCRYPTION_KEY is not set, so there is no key to admit. Set it.')
    const { asOwner } = await import('./as-owner.ts')
    const { admitKeys } = await import('../../../runtime/environment/stamp.ts')
    const admitted = await asOwner(config, (pool) => admitKeys(pool, config))
    const said = admitted.map(({ purpose, id }) => `${id} (${purpose})`).join(', ')
    return {
      json: { admitted },
      text: said
        ? `Admitted: ${said}. Restart workers and servers with the same list, then run laku db keys rewrite.`
        : 'All of these keys belong to the database already.',
    }
  },
})
