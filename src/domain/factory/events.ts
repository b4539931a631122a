declare module '../kernel/events.ts' {
  interface EventPayloads {
    'factory.created': { factoryId: string }
    'factory.status_changed': { factoryId: string; from: string; to: string }
  }
}

export {}
