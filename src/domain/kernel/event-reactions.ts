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
 * A job that an event starts after the commit. The job and the event are written in the same transaction, so
 * neither exists without the other.
 */
export type JobRule<T extends EventType> = {
  [J in JobName]: {
    job: J
    /** Returns the job's data, or undefined if this event needs no job. */
    data: (event: EventOf<T>) => JobPayloads[J] | undefined
  }
}[JobName]

export interface Followers<T extends EventType> {
  reactions?: readonly Reaction<T>[]
  jobs?: readonly JobRule<T>[]
}

/**
 * The map from every type of event to the reactions and jobs that follow it. An event type that nothing
 * follows has an empty object.
 */
export type Choreography = { readonly [T in EventType]: Followers<T> }

/** A job to enqueue, with the data that it takes. */
export type NewJob = { [J in JobName]: { name: J; data: JobPayloads[J] } }[JobName]
