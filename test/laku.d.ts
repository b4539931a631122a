import {
  type Actor,
  type Choreography,
  ManualClock,
  type Policy,
  type Work,
} from '../src/domain/kernel/index.ts'
import type { JobDefinition } from '../src/jobs/define-job.ts'
import type { Laku } from '../src/runtime/laku.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
export interface TestOptions {
  /** Starts the provider sandbox in this process; without it the providers' addresses refuse connections. */
  sandbox?: boolean
  policy?: Partial<Policy>
  /** Rows of the choreography to replace, for a test of one domain by itself. */
  choreography?: Partial<Choreography>
  /** Jobs that `drain` runs, instead of all. */
  jobs?: readonly JobDefinition[]
}
export interface TestLaku extends Laku {
  readonly clock: ManualClock
  readonly sandbox: Sandbox
  /** The owner's and, where there is one, the superuser's way into this database. */
  readonly ownerUrl: string
  readonly superUrl: string | undefined
  /** Runs a use case as the system, or as somebody. */
  as<T>(actor: Actor, use: (work: Work) => Promise<T>): Promise<T>
  system<T>(use: (work: Work) => Promise<T>): Promise<T>
  /** Runs every waiting job and due sweep until nothing is left; returns how many jobs it ran. */
  drain(): Promise<number>
}
export declare const system: Actor
export declare const admin: Actor
/** A laku of this file's own: a cloned database, a clock that stands, the real choreography, the real clients. */
export declare function openTestLaku(options?: TestOptions): Promise<TestLaku>
