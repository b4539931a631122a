import { z } from 'zod'
import { defineTask } from '../cli/define/command.ts'
import type { RunningServer } from '../http/server.ts'
import type { CommandHouse } from '../http/staff/command-house.ts'
import type { StaffServer } from '../http/staff/staff-server.ts'
import type { Config } from '../runtime/config.ts'
import type { Laku } from '../runtime/laku.ts'
import { outsideRequests } from '../runtime/request-id.ts'
import { StartError } from '../runtime/start-error.ts'
import { announce, openProcess, processShutdown, untilStopped } from './process.ts'

export const serve = defineTask({
  name: 'serve',
  description: 'Serve the HTTP API until a signal stops it. Several servers can use one database.',
  options: [
    { flags: '--port <port>', description: 'the port to listen on (PORT)' },
    { flags: '--host <address>', description: 'the address to listen on (HOST)' },
  ],
  input: z.object({ port: z.string().optional(), host: z.string().optional() }),
  examples: ['laku serve --port 8080 --host 0.0.0.0'],
  run: async (context, flags) => {
    const config = context.config(flags)
    const { startServer } = await import('../http/server.ts')
    const laku = await openProcess(config, 'server')
    try {
      let staff: StaffServer | undefined
      const address = { host: config.host, port: config.port }
      const server = await outsideRequests(() => startServer(laku, address, () => staff?.figures()))
      const { dataDir, databaseUrl } = context.flags
      const { WorkThread } = await import('./work-thread/work-thread.ts')
      const house = new WorkThread({ env: { ...process.env }, flags: { dataDir, databaseUrl } })
      staff = await outsideRequests(() => openServerOfStaff(laku, config, house, server)).catch(
        async (error: unknown) => {
          await server.close()
          throw error
        },
      )
      const shutdown = processShutdown(laku.logger)
      shutdown.onShutdown('laku', () => laku.close())
      shutdown.onShutdown('server', () => server.close())
      shutdown.onShutdown('work thread', () => house.close())
      if (staff) house.startWhenQuiet(server.load)
      // The staff server is closed first, because a command that staff began may take longest to end.
      if (staff) shutdown.onShutdown('staff server', () => staff?.close() ?? Promise.resolve())
      announce({ ready: 'server', url: server.url })
      context.output.result(
        { http: server.url, staff: staff?.url ?? null },
        `Listening on ${server.url}${staff ? `, for staff on ${staff.url}` : ''}`,
      )
    } catch (error) {
      await laku.close()
      throw error
    }
    return await untilStopped()
  },
})

const STAFF_PORT = 3010

/**
 * Opens the staff server. If its default port is taken, laku serves without a staff server. So two servers
 * can run on one machine without a setting for their staff servers.
 */
async function openServerOfStaff(
  laku: Laku,
  { staffHost: host, staffPort }: Config,
  house: CommandHouse,
  { load: customers }: Pick<RunningServer, 'load'>,
) {
  const { openStaffServer } = await import('../http/staff/staff-server.ts')
  try {
    const address = { host, port: staffPort ?? STAFF_PORT }
    return await openStaffServer(laku, house, address, { customers })
  } catch (error) {
    if (!(error instanceof StartError) || staffPort !== undefined) throw error
    laku.logger.warn(
      { port: STAFF_PORT },
      'no staff server, because its port is taken: choose another with LAKU_STAFF_PORT',
    )
    return undefined
  }
}
