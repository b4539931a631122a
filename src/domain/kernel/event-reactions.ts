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

declare const checked: unique symbol

/**
 * A job that an event starts after the commit. The job and the event are written in the same transaction, so
 * neither exists without the other. Only `startJob` makes a rule, because it checks the fields of the data.
 */
export type JobRule<T extends EventType> = {
  [J in JobName]: {
    job: J
    /** Returns the job's data, or undefined if this event needs no job. */
    data: (event: EventOf<T>) => JobPayloads[J] | undefined
    readonly [checked]: true
  }
}[JobName]

/** The fields of `Data` that `Payload` lacks. An object that has one of them is refused by the compiler. */
export type NoFieldBeyond<Data, Payload> = { [K in Exclude<FieldOf<Data>, FieldOf<Payload>>]?: never }

type FieldOf<Data> = Data extends object ? keyof Data : never

/**
 * Returns a rule of the choreography. The compiler refuses data with a field that the job does not take. A
 * type alone accepts such a field, because TypeScript does not check the fields of a function's result.
 */
export function startJob<T extends EventType, J extends JobName, D extends JobPayloads[J] | undefined>(rule: {
  job: J
  data: (event: EventOf<T>) => D & (NoFieldBeyond<D, JobPayloads[J]> | undefined)
}): JobRule<T> {
  return rule as unknown as JobRule<T>
}

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

/** A new job without a field that the job does not take. */
export type ExactJob<J extends NewJob> = J & { data: NoFieldBeyond<J['data'], JobPayloads[J['name']]> }
