declare module '../kernel/events.ts' {
  interface EventPayloads {
    /**
     * A way in was changed: a contact that lets somebody log in, or a detail that decides where their money
     * goes.
     */
    'way_in.changed': {
      changeId: string
      subjectKind: 'user' | 'factory'
      subjectId: string
      way: 'phone' | 'email' | 'bank_account' | 'tax_id'
      /** There was another before. */
      replaced: boolean
    }
    'way_in.stopped': { changeId: string; subjectKind: 'user' | 'factory'; subjectId: string }
  }
}

export {}
