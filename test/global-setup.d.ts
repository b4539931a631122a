import type { TestProject } from 'vitest/node'
export interface TestServer {
  /** May create databases and owns the template. */
  ownerUrl: string
  appUrl: string
  /** A superuser, where the server gives one. */
  superUrl: string | undefined
  template: string
}
declare module 'vitest' {
  interface ProvidedContext {
    server: TestServer
  }
}
/** The same server and credentials, another database. */
export declare function urlOf(url: string, database: string): string
export declare function query(url: string, ...statements: string[]): Promise<void>
/** One server and one migrated template for the whole run; each test file clones it. */
export default function setup(project: TestProject): Promise<() => Promise<void>>
