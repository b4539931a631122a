/**
 * The time without a heartbeat after which the server that runs a command counts as dead (s). A living server
 * sends heartbeats more often.
 */
export const RUN_SILENT_S = 20
