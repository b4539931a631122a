declare module '../kernel/events.ts' {
  interface EventPayloads {
    /**
     * A contact or payment detail of a user or factory changed, by which somebody logs in or receives money.
     */
    'way_in.changed': {
      changeId: string
      subjectKind: 'user' | 'factory'
      subjectId: string
      way: 'phone' | 'email' | 'bank_account' | 'tax_id'
      /** Whether the new value replaced an earlier one. */
      replaced: boolean
    }
    'way_in.stopped': { changeId: string; subjectKind: 'user' | 'factory'; subjectId: string }
  }
}

export {}
