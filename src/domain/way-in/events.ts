declare module '../kernel/events.ts' {
  interface EventPayloads {
    /** A thing that lets somebody in, or says where their money goes, is another now. */
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
