declare module '../kernel/events.ts' {
  interface EventPayloads {
    'factory.created': { factoryId: string }
    'factory.bank_account_set': { factoryId: string; accountId: string }
    'factory.bank_account_approved': { factoryId: string; accountId: string }
    'factory.status_changed': { factoryId: string; from: string; to: string }
  }
}

export {}
