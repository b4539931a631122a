import { z } from 'zod'
import { defineTask } from '../cli/define/command.ts'
import type { CommandContext } from '../cli/define/context.ts'
import { splitPassword } from '../runtime/connect.ts'
import { untilStopped } from './process.ts'
import type { UpFlags } from './up/plan.ts'
import type { Tree } from './up/start-tree.ts'

export const up = defineTask({
  name: 'up',
  description:
    'Run everything on this machine until Ctrl-C: the database (embedded, without --database-url), its migrations and seed data, the provider sandbox, the server and a worker.',
  options: [
    {
      flags: '--port <port>',
      description: 'the port of the server (PORT, 3000; with --ephemeral a free port)',
    },
    {
      flags: '--sandbox-port <port>',
      description: 'the port of the sandbox (LAKU_SANDBOX_PORT, 3900; with --ephemeral a free port)',
    },
    { flags: '--no-seed', description: 'do not add first data (a factory, products, stock and a session)' },
    { flags: '--ephemeral', description: 'use a data folder that is deleted at the end' },
  ],
  input: z.object({
    port: z.string().optional(),
    sandboxPort: z.string().optional(),
    seed: z.boolean().default(true),
    ephemeral: z.boolean().default(false),
  }),
  examples: ['laku up', 'laku up --ephemeral --json'],
  run: async (context, flags) => {
    await startAll(context, flags)
    return await untilStopped()
  },
})

async function startAll(context: CommandContext, flags: UpFlags): Promise<void> {
  const { planOf } = await import('./up/plan.ts')
  const { Teardown } = await import('./up/teardown.ts')
  const { createLogger } = await import('../runtime/logger.ts')
  const { Shutdown } = await import('../runtime/shutdown.ts')
  const plan = await planOf(context, flags)
  const teardown = new Teardown()
  const shutdown = new Shutdown({
    logger: createLogger({ logLevel: 'warn', name: 'up' }),
    deadlineMs: 60_000,
  })
  shutdown.onShutdown('everything', () => teardown.close())
  try {
    const { startTree } = await import('./up/start-tree.ts')
    const { tree, addresses } = await startTree(plan, flags, teardown, (line) => context.output.note(line))
    for (const child of tree) {
      child.onDeath((how) => {
        if (shutdown.begun) return
        process.stderr.write(`laku: the ${child.name} process ended (${how}), so everything is stopped\n`)
        shutdown.onShutdown(child.name, () => Promise.reject(new Error(`${child.name} ended: ${how}`)))
        shutdown.begin()
      })
    }
    context.output.result(addresses, describe(addresses))
  } catch (error) {
    // A signal that comes during the start makes the start fail. It also begins the shutdown, which ends this
    // process, so nothing more is done here.
    if (shutdown.begun) return
    await teardown.close()
    throw error
  }
}

function describe({
  http,
  staff,
  sandbox,
  databaseUrl,
  adminToken,
  metrics,
  dataDir,
}: Tree['addresses']): string {
  return [
    'laku is up.',
    `  HTTP API     ${http}`,
    `  staff server ${staff}`,
    `  sandbox      ${sandbox}`,
    `  metrics      ${metrics}`,
    `  database     ${splitPassword(databaseUrl).address}`,
    `  data folder  ${dataDir}`,
    `  admin token  ${adminToken} (saved: laku commands use it)`,
    `Try: laku sessions list --data-dir ${dataDir}`,
    'Ctrl-C stops everything.',
  ].join('\n')
}
