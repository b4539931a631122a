/** A server that runs a command says so more often than this; one that is silent for longer is gone. */
export const RUN_SILENT_S = 20
