import { observe } from '../src/http/metrics.ts'
import { buildServer } from '../src/http/server.ts'
import { loadConfig } from '../src/runtime/config.ts'
import { openLaku } from '../src/runtime/open-laku.ts'

/**
 * Returns docs/metrics.md: every metric of a server. The metrics are read from a server that is built but
 * does not listen. The database must be migrated.
 */
export async function metricsPage(databaseUrl: string): Promise<string> {
  const env = { DATABASE_URL: databaseUrl, LAKU_DATA_DIR: '/nonexistent', LAKU_LOG_LEVEL: 'error' }
  const laku = await openLaku(loadConfig({ env }), { name: 'generate', poolSize: 2 })
  const app = await buildServer(laku)
  try {
    const registry = observe(app, laku)
    await app.ready()
    const figures = await registry.getMetricsAsJSON()
    const own = figures.filter(({ name }) => name.startsWith('laku_'))
    const rows = own.map(
      ({ name, type, help }) => `| \`${name}\` | ${type} | ${labelsOf(registry, name)} | ${help} |`,
    )
    return `# Metrics

What \`laku serve\` tells Prometheus at \`GET /metrics\`, on the port that \`LAKU_METRICS_PORT\` names and on no other: customers' port answers
404 there. It asks for no login, so let only Prometheus reach it. \`laku up\` chooses a port and prints it. Made from the code by
\`npm run generate\`; CI fails when it drifts.

| metric | type | labels | what it says |
| --- | --- | --- | --- |
${rows.join('\n')}

Beside them stand \`process_*\` and \`nodejs_*\`, prom-client's own, of memory, the event loop (\`nodejs_eventloop_lag_seconds\`) and garbage.
No label holds an id, a code or an address: a route is its pattern, and what is no route is \`none\`.
The inbox is one for all processes: take the maximum over them, not the sum.
`
  } finally {
    await app.close()
    await laku.close()
  }
}

function labelsOf(registry: ReturnType<typeof observe>, name: string): string {
  const metric = registry.getSingleMetric(name) as unknown as { labelNames: string[] }
  return metric.labelNames.map((label) => `\`${label}\``).join(', ')
}
