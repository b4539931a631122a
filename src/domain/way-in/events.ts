declare module '../kernel/events.ts' {
  interface EventPayloads {
    /**
     * A way into a user's or factory's account changed: a contact that is used to log in, or a detail that
     * decides where the money is paid.
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
