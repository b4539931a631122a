import type { EventOf, EventType } from './events.ts'
import type { Work } from './work.ts'

/**
 * A domain function that reacts to events in the transaction that emitted them. It gets all events of its
 * type at once.
 */
export type Reaction<T extends EventType> = (work: Work, events: EventOf<T>[]) => Promise<void>

/** Each job that an event may start, and its data. `composition/job-payloads.ts` declares them all. */
// biome-ignore lint/suspicious/noEmptyInterface: declarations are merged into it.
export interface JobPayloads {}

export type JobName = keyof JobPayloads

/**
 * A job that an event starts after the commit. The job is written together with the event, so neither exists
 * without the other.
 */
export type JobRule<T extends EventType> = {
  [J in JobName]: {
    job: J
    /** The job's data, or undefined where this event needs none. */
    data: (event: EventOf<T>) => JobPayloads[J] | undefined
  }
}[JobName]

export interface Followers<T extends EventType> {
  reactions?: readonly Reaction<T>[]
  jobs?: readonly JobRule<T>[]
}

/**
 * The map from every type of event to the reactions and jobs that follow it. An event that nothing follows
 * has an empty row.
 */
export type Choreography = { readonly [T in EventType]: Followers<T> }

export interface NewJob {
  name: JobName
  data: JobPayloads[JobName]
}
