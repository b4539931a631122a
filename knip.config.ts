import type { KnipConfig } from 'knip'

// `knip --production` looks for what only tests and scripts use. `@internal` marks what is there for them, and tests may
// come in by the door of a domain.
const isProduction = process.argv.includes('--production')

const config: KnipConfig = {
  workspaces: {
    '.': {
      entry: [
        'src/commands/main.ts!',
        // Made into openapi.json (scripts/openapi.ts).
        'src/http/openapi.ts!',
        // The thread of work-thread.ts, which a Worker loads by its URL.
        'src/commands/work-thread/thread.ts!',
        // Its machines are found by their names (scripts/machines.ts).
        'src/domain/*/transitions.ts!',
        'scripts/*.ts',
        'bench/*/*.ts',
      ],
      project: [
        'src/**/*.ts!',
        '!src/**/*.test.ts!',
        '{scripts,bench,test}/**/*.ts',
        '!test/contract/client/**',
      ],
    },
  },
  // A package of its own, which brings its own dependencies.
  ignoreWorkspaces: ['test/contract/client'],
  // Types of what is imported in the sandbox, whose packages are optional.
  ignoreDependencies: ['@types/mailparser', '@types/smtp-server', 'openapi-fetch'],
  ignoreBinaries: ['systemd-analyze', 'psql', 'mount', 'umount'],
  // A type that an exported function's signature names may be named by its callers.
  ignoreExportsUsedInFile: isProduction || { interface: true, type: true },
  ...(isProduction && { ignoreIssues: { 'src/domain/*/index.ts': ['exports', 'types'] } }),
}

export default config
