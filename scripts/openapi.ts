import { openApi } from '../src/http/openapi.ts'
import { buildServer } from '../src/http/server.ts'
import { loadConfig } from '../src/runtime/config.ts'
import { openLaku } from '../src/runtime/open-laku.ts'

/**
 * Returns the API description as text, from a server that is built but does not listen. The database must be
 * migrated.
 */
export async function openApiDocument(databaseUrl: string): Promise<string> {
  const env = { DATABASE_URL: databaseUrl, LAKU_DATA_DIR: '/nonexistent', LAKU_LOG_LEVEL: 'error' }
  const laku = await openLaku(loadConfig({ env }), { name: 'generate', poolSize: 2 })
  const app = await buildServer(laku, openApi)
  try {
    await app.ready()
    return `${JSON.stringify(app.swagger(), null, 2)}\n`
  } finally {
    await app.close()
    await laku.close()
  }
}
