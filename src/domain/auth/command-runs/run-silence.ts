/**
 * The timeout of a run's heartbeat. A server that runs a command sends heartbeats more often; a server that
 * is silent for longer has died.
 */
export const RUN_SILENT_S = 20
