import { z } from 'zod'
import { defineTask } from './define-command.ts'
import { announce, openProcess, processShutdown, untilStopped } from './process.ts'

export const serve = defineTask({
  name: 'serve',
  description: 'Serve the HTTP API until a signal. Any number of them may share one database.',
  options: [
    { flags: '--port <port>', description: 'to listen on (PORT)' },
    { flags: '--host <address>', description: 'to listen on (HOST)' },
  ],
  input: z.object({ port: z.string().optional(), host: z.string().optional() }),
  examples: ['laku serve --port 8080 --host 0.0.0.0'],
  run: async (context, flags) => {
    const config = context.config(flags)
    const { startServer } = await import('../http/server.ts')
    const laku = await openProcess(config, 'server')
    try {
      const server = await startServer(laku, { host: config.host, port: config.port })
      const shutdown = processShutdown(laku.logger)
      shutdown.onShutdown('laku', () => laku.close())
      shutdown.onShutdown('server', () => server.close())
      announce({ ready: 'server', url: server.url })
      context.output.result({ http: server.url }, `Listening on ${server.url}`)
    } catch (error) {
      await laku.close()
      throw error
    }
    return await untilStopped()
  },
})
