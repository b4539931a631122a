import { z } from 'zod'
import { defineTask } from '../../../cli/define/command.ts'
import { CliError, exitCodes, usageError } from '../../../cli/errors/cli-error.ts'

export const retire = defineTask({
  name: 'retire',
  exits: [3, 5],
  description:
    'Retire a key that nothing uses any more, as the owner; then remove it from the configuration. Refused while data, log-ins or stop links still use the key.',
  args: [{ name: 'key', description: 'the name of the key, from laku db keys list' }],
  options: [
    {
      flags: '--end-log-ins',
      description:
        'end log-ins and stop links that are older than the new key: these customers log in again, and whoever can still stop a change gets a new link',
    },
  ],
  input: z.object({ key: z.string(), endLogIns: z.boolean().default(false) }),
  examples: ['laku db keys retire Zk3v_8aQ'],
  run: async (context, { key, endLogIns }) => {
    const config = context.ownerConfig()
    if (!config.encryptionKey) {
      throw usageError('LAKU_ENCRYPTION_KEY is not set, so laku cannot see what uses the key. Set it.')
    }
    const { asOwner } = await import('./as-owner.ts')
    const { retireKey } = await import('./retire-key.ts')
    const { JobQueue } = await import('../../../runtime/queue.ts')
    const outcome = await asOwner(config, async (pool, url) => {
      const queue = new JobQueue(url, () => {})
      try {
        return await retireKey({ pool, queue }, config, { key, endLogIns })
      } finally {
        await queue.close()
      }
    })
    if ('unknown' in outcome) {
      throw new CliError(
        exitCodes.notFound,
        'key_not_found',
        `no key in use is called ${key}: see laku db keys list`,
      )
    }
    if ('refused' in outcome) throw new CliError(exitCodes.conflict, 'key_in_use', outcome.refused)
    const { purposes, newLinks } = outcome
    const links =
      newLinks === 0 ? '' : ` New stop links are sent for ${newLinks} changes that can still be stopped.`
    return {
      json: { retired: key, purposes, newLinks },
      text: `${key} is retired (${purposes.join(', ')}): take it out of the configuration and restart workers and servers.${links}`,
    }
  },
})
