declare module '../kernel/events.ts' {
  interface EventPayloads {
    /**
     * A login contact (phone, email) or payment detail (bank account, tax number) of a user or factory
     * changed.
     */
    'way_in.changed': {
      changeId: string
      subjectKind: 'user' | 'factory'
      subjectId: string
      way: 'phone' | 'email' | 'bank_account' | 'tax_id'
      /** Whether the new contact or payment detail replaced an earlier one. */
      replaced: boolean
    }
    'way_in.stopped': { changeId: string; subjectKind: 'user' | 'factory'; subjectId: string }
  }
}

export {}
